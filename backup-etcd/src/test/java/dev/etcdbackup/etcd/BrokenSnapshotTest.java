package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.protobuf.ByteString;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.TestSnapshots;
import io.etcd.jetcd.api.SnapshotResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members that stream what no snapshot is: nothing of it ever looks like an end. */
@Timeout(60)
class BrokenSnapshotTest {
  private static final byte[] GOOD = TestSnapshots.bytes(20261122, 40);

  @Test
  void theScriptStreamsWellWhenNothingIsBroken() throws Exception {
    try (ScriptedMember member = ScriptedMember.streaming(7, GOOD);
        Snapshot snapshot = source(member).open()) {
      assertThat(snapshot.stream().readAllBytes()).isEqualTo(GOOD);
      assertThat(snapshot.digest().size()).isEqualTo(GOOD.length);
    }
  }

  @Test
  void aSnapshotCutShortButEndedWellIsAFailure() throws Exception {
    assertBroken("ends after", out -> sendAndEnd(out, Arrays.copyOf(GOOD, GOOD.length - 4096)));
    assertBroken("ends after", out -> sendAndEnd(out, Arrays.copyOf(GOOD, GOOD.length - 32)));
    assertBroken("ends after", out -> sendAndEnd(out, Arrays.copyOf(GOOD, 50)));
  }

  @Test
  void aFlippedBitIsAFailure() throws Exception {
    byte[] flipped = GOOD.clone();
    flipped[100_000] ^= 1;
    assertBroken("SHA-256", out -> sendAndEnd(out, flipped));
  }

  @Test
  void bytesBehindTheEndAreAFailure() throws Exception {
    assertBroken("goes on", out -> sendAndEnd(out, Arrays.copyOf(GOOD, GOOD.length + 1)));
  }

  @Test
  void somethingElseThanADatabaseIsAFailure() throws Exception {
    assertBroken("header", out -> sendAndEnd(out, new byte[100_000]));
  }

  @Test
  void anErrorAfterAllBytesIsAFailure() throws Exception {
    assertBroken(
        "disk on fire",
        out -> {
          ScriptedMember.send(out, GOOD);
          out.onError(Status.INTERNAL.withDescription("etcdserver: disk on fire").asException());
        });
  }

  @Test
  void anErrorHalfwayIsToldInEtcdsWords() throws Exception {
    assertBroken(
        "too many requests",
        out -> {
          ScriptedMember.send(out, Arrays.copyOf(GOOD, 65536));
          out.onError(
              Status.RESOURCE_EXHAUSTED
                  .withDescription("etcdserver: too many requests")
                  .asException());
        });
  }

  @Test
  void aRefusalIsToldWhenOpening() throws Exception {
    try (ScriptedMember member =
        ScriptedMember.at(
            7,
            out ->
                out.onError(
                    Status.PERMISSION_DENIED
                        .withDescription("etcdserver: permission denied")
                        .asException()))) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> source(member).open())
          .withMessage(
              "snapshot of %s: permission denied: snapshots need the root role", member.endpoint());
    }
  }

  @Test
  void anEndWithoutABeginningIsToldWhenOpening() throws Exception {
    try (ScriptedMember member = ScriptedMember.at(7, ServerCallStreamObserver::onCompleted)) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> source(member).open())
          .withMessage("snapshot of %s: ended before it began", member.endpoint());
    }
  }

  @Test
  void aMemberThatFallsSilentIsGivenUp() throws Exception {
    try (ScriptedMember member =
            ScriptedMember.at(7, out -> ScriptedMember.send(out, Arrays.copyOf(GOOD, 65536)));
        Snapshot snapshot = impatient(member).open()) {
      assertFails(snapshot, "no bytes for 0.3s");
      assertThat(member.awaitCancelled()).isTrue();
    }
  }

  @Test
  void aMemberThatAcceptsTheCallAndSaysNothingIsGivenUpWhenOpening() throws Exception {
    try (ScriptedMember member = ScriptedMember.at(7, out -> {})) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> impatient(member).open())
          .withMessage("snapshot of %s: no bytes for 0.3s", member.endpoint());
      assertThat(member.awaitCancelled()).isTrue();
    }
  }

  @Test
  void messagesWithoutBytesAreNoProgress() throws Exception {
    try (ScriptedMember member = ScriptedMember.at(7, BrokenSnapshotTest::emptyForEver);
        Snapshot snapshot = impatient(member).open()) {
      assertFails(snapshot, "no bytes for 0.3s");
      assertThat(member.awaitCancelled()).isTrue();
    }
  }

  @Test
  void aMessageLargerThanAnyOfEtcdsIsAFailure() throws Exception {
    assertBroken(
        "maximum size",
        out -> {
          ScriptedMember.send(out, Arrays.copyOf(GOOD, 65536));
          out.onNext(
              SnapshotResponse.newBuilder()
                  .setBlob(ByteString.copyFrom(new byte[2 << 20]))
                  .build());
        });
  }

  @Test
  void compressedMessagesAreReadToo() throws Exception {
    try (ScriptedMember member =
            ScriptedMember.at(
                7,
                out -> {
                  out.setCompression("gzip");
                  out.setMessageCompression(true);
                  sendAndEnd(out, GOOD);
                });
        Snapshot snapshot = source(member).open()) {
      assertThat(snapshot.stream().readAllBytes()).isEqualTo(GOOD);
    }
  }

  private static void assertBroken(String problem, ScriptedMember.Script script) throws Exception {
    try (ScriptedMember member = ScriptedMember.at(7, script);
        Snapshot snapshot = source(member).open()) {
      assertFails(snapshot, problem);
    }
  }

  /** Fails at this read and every later one, in one line, with no proof. */
  private static void assertFails(Snapshot snapshot, String problem) {
    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> snapshot.stream().transferTo(OutputStream.nullOutputStream()))
          .withMessageStartingWith("snapshot of " + snapshot.info().origin() + ": ")
          .withMessageContaining(problem)
          .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }
    assertThatIllegalStateException().isThrownBy(snapshot::digest);
  }

  private static void sendAndEnd(ServerCallStreamObserver<SnapshotResponse> out, byte[] bytes) {
    ScriptedMember.send(out, bytes);
    out.onCompleted();
  }

  private static void emptyForEver(ServerCallStreamObserver<SnapshotResponse> out) {
    Thread sender =
        new Thread(
            () -> {
              while (!out.isCancelled()) {
                if (out.isReady()) {
                  out.onNext(SnapshotResponse.getDefaultInstance());
                }
                LockSupport.parkNanos(100_000); // some 10,000 a second are plenty
              }
            },
            "sender of nothing");
    sender.setDaemon(true);
    sender.start();
  }

  private static EtcdSnapshotSource source(ScriptedMember member) {
    return EtcdSnapshotSource.builder(
            EtcdConnection.builder(List.of(member.endpoint()))
                .probeTimeout(Duration.ofSeconds(30))
                .build())
        .build();
  }

  private static EtcdSnapshotSource impatient(ScriptedMember member) {
    return EtcdSnapshotSource.builder(
            EtcdConnection.builder(List.of(member.endpoint()))
                .probeTimeout(Duration.ofSeconds(30))
                .build())
        .noProgressTimeout(Duration.ofMillis(300))
        .build();
  }
}
