package dev.etcdbackup.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.SourceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.naming.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --discovery-srv}, asked of a name server of the test's own. */
class SrvDiscoveryTest {
  private static final int NO_SUCH_NAME = 3;

  private final Map<String, List<String>> records = new ConcurrentHashMap<>();

  private DatagramSocket socket;
  private Thread server;

  @BeforeEach
  void start() throws IOException {
    socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    server = new Thread(this::serve, "name server");
    server.start();
    System.setProperty(Context.PROVIDER_URL, "dns://127.0.0.1:" + socket.getLocalPort());
  }

  @AfterEach
  void stop() throws InterruptedException {
    System.clearProperty(Context.PROVIDER_URL);
    socket.close();
    server.join();
  }

  @Test
  void theMembersOfHttpsGoFirstByPriorityAndWeight() throws Exception {
    records.put("_etcd-client._tcp.example.test", List.of("0 0 2379 plain.example.test."));
    assertThat(SrvDiscovery.members("example.test", ""))
        .containsExactly(URI.create("http://plain.example.test:2379"));
    records.put(
        "_etcd-client-ssl._tcp.example.test",
        List.of(
            "20 0 2379 c.example.test.", "10 1 2379 b.example.test.", "10 9 2381 a.example.test."));
    assertThat(SrvDiscovery.members("example.test", ""))
        .containsExactly(
            URI.create("https://a.example.test:2381"),
            URI.create("https://b.example.test:2379"),
            URI.create("https://c.example.test:2379"));
  }

  @Test
  void aNameOfTheServiceFollowsTheService() throws Exception {
    records.put("_etcd-client-blue._tcp.example.test", List.of("0 0 2379 blue.example.test."));
    assertThat(SrvDiscovery.members("example.test", "blue"))
        .containsExactly(URI.create("http://blue.example.test:2379"));
  }

  @Test
  void noRecordsAreAFailureOfTheSource() {
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> SrvDiscovery.members("example.test", ""))
        .withMessage(
            "DNS has no SRV records for _etcd-client-ssl._tcp.example.test and"
                + " _etcd-client._tcp.example.test");
  }

  @Test
  void createAsksTheMembersThatAreFound(@TempDir Path store) {
    records.put("_etcd-client._tcp.example.test", List.of("0 0 1 localhost."));
    Cli run = Cli.on(store, "create", "p", "--discovery-srv=example.test", "--timeout=2m");
    assertThat(run.err()).contains("http://localhost:1").hasLineCount(1);
    assertThat(run.code()).isEqualTo(3);
    Cli both = Cli.on(store, "create", "p", "--discovery-srv=x", "--etcd=http://127.0.0.1:1");
    assertThat(both.err()).contains("--etcd and --discovery-srv exclude each other");
    assertThat(both.code()).isEqualTo(2);
  }

  private void serve() {
    byte[] buffer = new byte[512];
    while (true) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
        byte[] answer = answer(Arrays.copyOf(buffer, packet.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (SocketException closed) {
        return;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Repeats the question, and adds a record for each that there is. */
  private byte[] answer(byte[] query) {
    int at = 12;
    StringBuilder name = new StringBuilder();
    while (query[at] != 0) {
      name.append(name.isEmpty() ? "" : ".").append(new String(query, at + 1, query[at], US_ASCII));
      at += 1 + query[at];
    }
    int end = at + 5; // the root, the type and the class
    List<String> found = records.getOrDefault(name.toString(), List.of());
    ByteBuffer answer = ByteBuffer.allocate(512);
    answer.putShort(ByteBuffer.wrap(query).getShort());
    answer.putShort((short) (0x8580 | (found.isEmpty() ? NO_SUCH_NAME : 0)));
    answer.putShort((short) 1).putShort((short) found.size()).putInt(0);
    answer.put(query, 12, end - 12);
    for (String record : found) {
      String[] parts = record.split(" ");
      byte[] host = labels(parts[3]);
      answer.putShort((short) 0xc00c).putShort((short) 33).putShort((short) 1).putInt(60);
      answer.putShort((short) (6 + host.length));
      for (int i = 0; i < 3; i++) {
        answer.putShort(Short.parseShort(parts[i]));
      }
      answer.put(host);
    }
    return Arrays.copyOf(answer.array(), answer.position());
  }

  private static byte[] labels(String host) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String label : host.split("\\.")) {
      out.write(label.length());
      out.writeBytes(label.getBytes(US_ASCII));
    }
    out.write(0);
    return out.toByteArray();
  }
}
