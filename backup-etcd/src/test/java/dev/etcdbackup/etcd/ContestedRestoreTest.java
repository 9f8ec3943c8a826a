package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.PutOption;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Restores into a real etcd while another client writes between two of its requests. */
@Tag("server")
@Timeout(120)
class ContestedRestoreTest {
  @TempDir private Path directory;
  @AutoClose private EtcdServer source;
  @AutoClose private EtcdServer target;
  @AutoClose private Client from;
  @AutoClose private Client to;
  private final AtomicInteger requests = new AtomicInteger();

  @BeforeEach
  void startTwo() throws Exception {
    source = EtcdServer.start();
    target = EtcdServer.start();
    from = Client.builder().endpoints(source.endpoint()).build();
    to = Client.builder().endpoints(target.endpoint()).build();
  }

  /** Does something before each second transaction, which writes what the one before looked at. */
  private final class Before implements ClientInterceptor {
    private final int last;
    private final Callable<?> what;

    Before(int last, Callable<?> what) {
      this.last = last;
      this.what = what;
    }

    @Override
    public <A, B> ClientCall<A, B> interceptCall(
        MethodDescriptor<A, B> method, CallOptions options, Channel next) {
      boolean txn = method.getFullMethodName().equals("etcdserverpb.KV/Txn");
      if (txn && requests.incrementAndGet() % 2 == 0 && requests.get() <= last) {
        try {
          what.call();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
      return next.newCall(method, options);
    }
  }

  private LiveRestore restoring(LiveRestore.Mode mode, ClientInterceptor before) {
    return LiveRestore.builder(
            JetcdConnection.builder(
                    target.endpoints(), () -> Client.builder().interceptors(List.of(before)))
                .build())
        .mode(mode)
        .build();
  }

  private EtcdSnapshot snapshot() throws Exception {
    Path file = directory.resolve("snapshot");
    try (Snapshot open =
        EtcdSnapshotSource.builder(EtcdConnection.to(source.endpoints())).build().open()) {
      Files.copy(open.stream(), file);
    }
    return EtcdSnapshot.open(file);
  }

  @Test
  void aKeyThatComesToBeMeanwhileIsKept() throws Exception {
    source.put("a", "backup");
    source.put("b", "backup");
    Before before = new Before(2, () -> to.getKVClient().put(utf8("a"), utf8("other")).get());
    try (EtcdSnapshot snapshot = snapshot()) {
      LiveRestoreReport report =
          restoring(LiveRestore.Mode.CREATE, before).restore(snapshot, KeyRange.all());
      assertThat(report.created()).isEqualTo(1);
      assertThat(report.kept()).isEqualTo(1);
      assertThat(requests).hasValue(4); // looked, refused, looked again, written
    }
    assertThat(valueOf("a")).isEqualTo("other");
    assertThat(valueOf("b")).isEqualTo("backup");
  }

  @Test
  void aLeaseThatRunsOutMeanwhileIsGrantedAgain() throws Exception {
    long lease = from.getLeaseClient().grant(1000).get().getID();
    from.getKVClient()
        .put(utf8("a"), utf8("1"), PutOption.builder().withLeaseId(lease).build())
        .get();
    Before before = new Before(2, () -> to.getLeaseClient().revoke(lease).get());
    try (EtcdSnapshot snapshot = snapshot()) {
      LiveRestoreReport report =
          restoring(LiveRestore.Mode.OVERWRITE, before).restore(snapshot, KeyRange.all());
      assertThat(report.created()).isEqualTo(1);
      assertThat(report.leases()).isEqualTo(1);
      assertThat(report.leasesThere()).isZero();
    }
    assertThat(to.getKVClient().get(utf8("a")).get().getKvs().get(0).getLease()).isEqualTo(lease);
  }

  @Test
  void whoeverAlwaysIsFasterIsNamedInTheEnd() throws Exception {
    for (int i = 0; i < 20; i++) {
      source.put("key-" + i, "backup");
    }
    AtomicInteger taken = new AtomicInteger();
    Before before =
        new Before(
            1000,
            () ->
                to.getKVClient().put(utf8("key-" + taken.getAndIncrement()), utf8("other")).get());
    try (EtcdSnapshot snapshot = snapshot()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(
              () -> restoring(LiveRestore.Mode.CREATE, before).restore(snapshot, KeyRange.all()))
          .withMessageContaining("another client writes to them; 0 keys were written");
    }
    assertThat(taken).hasValue(10);
    assertThat(target.revision()).isEqualTo(11);
  }

  /** Lets etcd serve transactions and loses their answers. */
  private final class LosingAnswers implements ClientInterceptor {
    private final int first;
    private final int last;

    LosingAnswers(int first, int last) {
      this.first = first;
      this.last = last;
    }

    @Override
    public <A, B> ClientCall<A, B> interceptCall(
        MethodDescriptor<A, B> method, CallOptions options, Channel next) {
      ClientCall<A, B> call = next.newCall(method, options);
      if (!method.getFullMethodName().equals("etcdserverpb.KV/Txn")) {
        return call;
      }
      int number = requests.incrementAndGet();
      if (number < first || number > last) {
        return call;
      }
      return new SimpleForwardingClientCall<>(call) {
        @Override
        public void start(Listener<B> listener, Metadata headers) {
          super.start(
              new Listener<B>() {
                @Override
                public void onClose(Status status, Metadata trailers) {
                  listener.onClose(Status.UNAVAILABLE.withDescription("lost"), trailers);
                }
              },
              headers);
        }
      };
    }
  }

  @Test
  void aKeyWhoseAnswerWasLostCountsAsWritten() throws Exception {
    source.put("a", "backup");
    source.put("b", "backup");
    source.put("c", "backup");
    target.put("b", "backup");
    target.put("c", "other");
    try (EtcdSnapshot snapshot = snapshot()) {
      LiveRestoreReport report =
          restoring(LiveRestore.Mode.CREATE, new LosingAnswers(2, 2))
              .restore(snapshot, KeyRange.all());
      assertThat(report.created()).isEqualTo(1);
      assertThat(report.unchanged()).isEqualTo(1);
      assertThat(report.kept()).isEqualTo(1);
      assertThat(requests).hasValue(4); // looked, written, refused, looked again
    }
    assertThat(valueOf("a")).isEqualTo("backup");
  }

  @Test
  void whatMayHaveBeenWrittenIsSaid() throws Exception {
    source.put("a", "backup");
    source.put("b", "backup");
    try (EtcdSnapshot snapshot = snapshot()) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(
              () ->
                  restoring(LiveRestore.Mode.CREATE, new LosingAnswers(2, 100))
                      .restore(snapshot, KeyRange.all()))
          .withMessageEndingWith(
              "; 0 keys were written until then, and perhaps 2 more, run it again to go on from"
                  + " there");
    }
    assertThat(valueOf("b")).isEqualTo("backup");
  }

  @Test
  void usersThatAreChangedMeanwhileAreALoginAndNoEnd() throws Exception {
    for (int i = 0; i < 100; i++) {
      source.put("key-" + i, "backup");
    }
    OldTokens tokens = new OldTokens();
    try (EtcdSnapshot snapshot = snapshot()) {
      LiveRestore slow = LiveRestore.builder(tokens.to(target)).maxTxnOps(2).build();
      CompletableFuture<LiveRestoreReport> report =
          CompletableFuture.supplyAsync(() -> restored(slow, snapshot));
      while (target.revision() < 10) {
        Thread.onSpinWait();
      }
      tokens.changeUsers();
      assertThat(report.get().created()).isEqualTo(100);
    }
  }

  private static LiveRestoreReport restored(LiveRestore restore, EtcdSnapshot snapshot) {
    try {
      return restore.restore(snapshot, KeyRange.all());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The request that looks at a key has it three times. */
  @Test
  void longKeysGoIntoMoreRequests() throws Exception {
    for (int i = 0; i < 60; i++) {
      source.put("key-" + i + "k".repeat(20_000), "value");
    }
    LiveRestore restore = LiveRestore.builder(EtcdConnection.to(target.endpoints())).build();
    try (EtcdSnapshot snapshot = snapshot()) {
      assertThat(restore.dryRun(snapshot, KeyRange.all()).created()).isEqualTo(60);
      assertThat(restore.restore(snapshot, KeyRange.all()).created()).isEqualTo(60);
    }
  }

  private String valueOf(String key) throws Exception {
    return to.getKVClient().get(utf8(key)).get().getKvs().get(0).getValue().toString(UTF_8);
  }

  private static ByteSequence utf8(String text) {
    return ByteSequence.from(text, UTF_8);
  }
}
