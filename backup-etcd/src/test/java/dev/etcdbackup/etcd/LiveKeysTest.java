package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.etcdbackup.snapshot.KeyRange;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.ResponseHeader;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many keys a member visits for the pages that are asked for: all of the range of each. */
@Timeout(60)
class LiveKeysTest {
  private static final int KEYS = 20_000;

  private final Store store = new Store();
  private Server server;

  @BeforeEach
  void start() throws IOException {
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server = NettyServerBuilder.forAddress(anyPort).addService(store).build().start();
  }

  @AfterEach
  void stop() {
    server.shutdownNow();
  }

  /** Answers as etcd does, and counts what it visits. */
  private static final class Store extends KVGrpc.KVImplBase {
    final NavigableMap<String, String> keys = new TreeMap<>();
    long visited;
    int requests;

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
      requests++;
      String from = request.getKey().toStringUtf8();
      String to = request.getRangeEnd().toStringUtf8();
      NavigableMap<String, String> range =
          to.equals("\0") ? keys.tailMap(from, true) : keys.subMap(from, true, to, false);
      visited += range.size();
      RangeResponse.Builder response =
          RangeResponse.newBuilder()
              .setHeader(ResponseHeader.newBuilder().setRevision(7))
              .setMore(range.size() > request.getLimit())
              .setCount(range.size());
      range.entrySet().stream()
          .limit(request.getLimit())
          .forEach(
              pair ->
                  response.addKvs(
                      KeyValue.newBuilder()
                          .setKey(ByteString.copyFromUtf8(pair.getKey()))
                          .setValue(ByteString.copyFromUtf8(pair.getValue()))));
      answer.onNext(response.build());
      answer.onCompleted();
    }
  }

  private static String name(int number) {
    return String.format(Locale.ROOT, "key/%06d", number);
  }

  /** Reads everything in parts that begin at each thousandth of so many keys. */
  private List<String> read(int divided) throws Exception {
    List<byte[]> starts = new ArrayList<>();
    for (int i = LiveKeys.LARGEST_PAGE; i < divided; i += LiveKeys.LARGEST_PAGE) {
      starts.add(name(i).getBytes(StandardCharsets.UTF_8));
    }
    List<String> read = new ArrayList<>();
    URI endpoint = URI.create("http://127.0.0.1:" + server.getPort());
    try (LiveConnection etcd =
        new LiveConnection(EtcdConnection.to(List.of(endpoint)), Duration.ofSeconds(30))) {
      LiveKeys keys = new LiveKeys(etcd, KeyRange.all(), starts);
      while (true) {
        String key = keys.next().getKey().toStringUtf8();
        if (key.isEmpty()) {
          return read;
        }
        read.add(key);
      }
    }
  }

  private void put(int first, int end) {
    for (int i = first; i < end; i++) {
      store.keys.put(name(i), "value");
    }
  }

  @Test
  void eachKeyIsVisitedAFewTimes() throws Exception {
    put(0, KEYS);

    assertThat(read(KEYS)).containsExactlyElementsOf(store.keys.keySet());
    assertThat(store.visited).isLessThan(4L * KEYS);
    store.visited = 0;
    assertThat(read(0)).hasSize(KEYS);
    assertThat(store.visited).as("without parts").isGreaterThan(8L * KEYS);
  }

  @Test
  void keysThatAreGoneAndKeysThatAreNewAreReadTheSame() throws Exception {
    put(5_000, 6_000);
    put(15_000, KEYS + 3_000);
    store.keys.put("a", "before all");

    assertThat(read(KEYS)).containsExactlyElementsOf(store.keys.keySet());
    assertThat(store.requests).isLessThan(60);
    store.requests = 0;
    assertThat(read(0)).containsExactlyElementsOf(store.keys.keySet());
    assertThat(store.requests).isLessThan(30);
  }
}
