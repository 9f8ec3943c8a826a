package dev.etcdbackup.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashComparison;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Snapshots compared with the real etcd they came from, and with others. */
@Tag("server")
@Timeout(120)
class LiveMemberTest {
  private static final Duration WAIT = Duration.ofSeconds(20);

  @TempDir private Path directory;
  @AutoClose private EtcdServer etcd;
  @AutoClose private Client client;

  @BeforeEach
  void fillAnEtcd() throws Exception {
    etcd = EtcdServer.start();
    client = Client.builder().endpoints(etcd.endpoint()).build();
    write(etcd, 40); // revision 41
  }

  private static void write(EtcdServer to, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      to.put("key-" + i % 10, "value-" + i);
    }
  }

  @Test
  void aSnapshotEqualsTheMemberItCameFrom() throws Exception {
    Path file = save(etcd);
    assertThat(compare(file, etcd).reason()).startsWith("at revision 41, HashKV is ");
    assertOutcome(file, etcd, HashComparison.Outcome.EQUAL);
    write(etcd, 15);
    assertOutcome(file, etcd, HashComparison.Outcome.EQUAL);
    assertOutcome(save(etcd), etcd, HashComparison.Outcome.EQUAL);
  }

  @Test
  void aCompactionSinceIsReckonedWithUntilItReachesTheSnapshot() throws Exception {
    compact(20);
    Path file = save(etcd);
    assertOutcome(file, etcd, HashComparison.Outcome.EQUAL);
    write(etcd, 15);
    compact(30);
    assertOutcome(file, etcd, HashComparison.Outcome.EQUAL);
    compact(40);
    assertOutcome(file, etcd, HashComparison.Outcome.EQUAL);
    compact(41);
    assertOutcome(file, etcd, HashComparison.Outcome.NOT_COMPARABLE);
    assertThat(compare(file, etcd).reason()).contains("the live cluster was compacted at 41");
    compact(50);
    assertOutcome(file, etcd, HashComparison.Outcome.NOT_COMPARABLE);
  }

  static List<EtcdBinaries> binaries() {
    return EtcdBinaries.all();
  }

  /** From 3.5 on, a member answers for the very revision of a compaction from its memory. */
  @ParameterizedTest
  @MethodSource("binaries")
  void theRulesHoldForEveryEtcdAtHand(EtcdBinaries version) throws Exception {
    try (EtcdServer server = version.server().start();
        Client writer = Client.builder().endpoints(server.endpoint()).build()) {
      write(server, 40);
      Path file = save(server);
      write(server, 10);
      assertOutcome(file, server, HashComparison.Outcome.EQUAL);
      writer.getKVClient().compact(30).get();
      assertOutcome(file, server, HashComparison.Outcome.EQUAL);
      writer.getKVClient().compact(41).get();
      assertOutcome(file, server, HashComparison.Outcome.NOT_COMPARABLE);
      assertOutcome(save(server), server, HashComparison.Outcome.EQUAL);
    }
  }

  @Test
  void aClusterWithOtherDataIsDifferent() throws Exception {
    Path file = save(etcd);
    try (EtcdServer other = EtcdServer.start()) {
      write(other, 39);
      other.put("key-9", "another value");
      assertOutcome(file, other, HashComparison.Outcome.DIFFERENT);
      write(other, 5);
      assertOutcome(file, other, HashComparison.Outcome.DIFFERENT);
    }
  }

  @Test
  void aMemberThatDoesNotAnswerIsToldInOneLine() throws Exception {
    Path file = save(etcd);
    etcd.kill();
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> compare(file, etcd))
        .withMessage(etcd.endpoint() + ": connection refused");
  }

  @Test
  void aMemberThatIsSilentIsGivenUp() throws Exception {
    etcd.pause();
    try (LiveMember live =
        LiveMember.of(EtcdConnection.to(List.of(etcd.endpoint())), Duration.ofMillis(300))) {
      assertThatExceptionOfType(SourceException.class)
          .isThrownBy(() -> live.hashKv(Revision.LATEST))
          .withMessage(etcd.endpoint() + ": no answer within 0.3s");
    } finally {
      etcd.resume();
    }
  }

  @Test
  void withAuthenticationOnAUserIsNeeded() throws Exception {
    try (EtcdServer closed = EtcdServer.builder().rootPassword("root-secret").start()) {
      closed.put("a", "1");
      try (LiveMember live =
          LiveMember.of(
              JetcdConnection.builder(
                      List.of(closed.endpoint()),
                      () -> Client.builder().user(utf8("root")).password(utf8("root-secret")))
                  .build(),
              WAIT)) {
        assertThat(live.hashKv(Revision.LATEST))
            .hasValueSatisfying(h -> assertThat(h.revision()).isEqualTo(2));
        assertThat(live.hashKv(Revision.of(99))).isEmpty();
        assertThat(live).hasToString("etcd at " + closed.endpoint());
      }
      try (LiveMember live = LiveMember.of(EtcdConnection.to(List.of(closed.endpoint())), WAIT)) {
        assertThatExceptionOfType(SourceException.class)
            .isThrownBy(() -> live.hashKv(Revision.LATEST))
            .withMessageContaining("set user and password");
      }
    }
  }

  @Test
  void whatIsNoAddressIsRefused() {
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> LiveMember.of(EtcdConnection.to(List.of(URI.create("127.0.0.1"))), WAIT))
        .withMessageContaining("http://HOST:PORT");
    assertThatExceptionOfType(IllegalArgumentException.class)
        .isThrownBy(() -> LiveMember.of(EtcdConnection.to(List.of(etcd.endpoint())), Duration.ZERO))
        .withMessageContaining("timeout");
  }

  private void assertOutcome(Path file, EtcdServer live, HashComparison.Outcome outcome)
      throws Exception {
    HashComparison comparison = compare(file, live);
    assertThat(comparison.outcome()).as(comparison.reason()).isEqualTo(outcome);
  }

  private static HashComparison compare(Path file, EtcdServer live) throws Exception {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file);
        LiveMember member = LiveMember.of(EtcdConnection.to(List.of(live.endpoint())), WAIT)) {
      return snapshot.compareWithLive(member);
    }
  }

  private void compact(long revision) throws Exception {
    client.getKVClient().compact(revision).get();
  }

  private Path save(EtcdServer from) throws Exception {
    Path file = Files.createTempFile(directory, "snapshot", ".db");
    Files.delete(file);
    try (Snapshot snapshot =
        EtcdSnapshotSource.builder(EtcdConnection.to(from.endpoints())).build().open()) {
      Files.copy(snapshot.stream(), file);
    }
    return file;
  }

  private static ByteSequence utf8(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }
}
