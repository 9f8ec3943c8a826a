package dev.etcdbackup.snapshot;

import static dev.etcdbackup.snapshot.Golden.number;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Snapshots of real servers, 3.4.23, 3.5.30 and 3.6.14, against what those servers answered. */
class GoldenTest {
  static Stream<Golden> goldens() {
    return Golden.all();
  }

  @Test
  void thereAreSeventeen() {
    assertThat(Golden.all()).hasSize(17);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theFileIsTheOneTheServerMade(Golden golden) throws Exception {
    byte[] bytes = golden.bytes();
    assertThat((long) bytes.length).isEqualTo(number(golden.metadata(), "size"));
    byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
    assertThat(HexFormat.of().formatHex(sha256)).isEqualTo(golden.metadata().get("sha256"));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void statusIsThatOfTheToolsOfItsVersion(Golden golden) throws IOException {
    EtcdSnapshot snapshot = golden.open();
    SnapshotStatus status = snapshot.status();
    Map<String, Object> expected = golden.status();
    assertThat(status.hash()).isEqualTo(number(expected, "hash"));
    assertThat(status.revision()).isEqualTo(number(expected, "revision"));
    assertThat(status.totalSize()).isEqualTo(number(expected, "totalSize"));
    assertThat(status.version().orElse(null)).isEqualTo(expected.get("version"));
    assertThat(snapshot.status(golden.line())).isEqualTo(status);
    // A 3.4 that has not written its term yet cannot be distinguished from a 3.5; both are
    // accepted.
    assertThat(status.totalKey()).isEqualTo(number(expected, "totalKey"));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void statusCanBeAskedForAsAnotherVersionGivesIt(Golden golden) throws IOException {
    EtcdSnapshot snapshot = golden.open();
    long live = number(golden.metadata(), "live_keys");
    assertThat(snapshot.status(StatusVersion.V3_6).totalKey()).isEqualTo(live);
    String version = golden.line() == StatusVersion.V3_6 ? "3.6.0" : "";
    assertThat(snapshot.status(StatusVersion.V3_6).version()).contains(version);
    SnapshotStatus old = snapshot.status(StatusVersion.V3_4);
    assertThat(old).isEqualTo(snapshot.status(StatusVersion.V3_5));
    assertThat(old.version()).isEmpty();
    assertThat(old.totalKey()).isGreaterThan(live);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void nothingIsWrongWithThem(Golden golden) throws IOException {
    assertThat(golden.open().verify().problems()).isEmpty();
    assertThat(golden.open().verify(VerifyOptions.DEFAULT.deeply()).problems()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void thereAreAsManyKeysAsTheServerCounted(Golden golden) throws IOException {
    KeyCursor keys = golden.open().keys(KeyRange.all());
    byte[] previous = {};
    int count = 0;
    while (keys.next()) {
      assertThat(Arrays.compareUnsigned(previous, keys.key())).isNegative();
      assertThat(keys.value()).hasSize(keys.valueLength());
      assertThat(keys.modRevision()).isBetween(keys.createRevision(), keys.revision());
      previous = keys.key();
      count++;
    }
    assertThat((long) count).isEqualTo(number(golden.metadata(), "live_keys"));
    assertThat(keys.size()).isEqualTo(count);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void hashKvIsWhatTheServerAnswered(Golden golden) throws IOException {
    EtcdSnapshot snapshot = golden.open();
    for (Map<String, Object> answer : golden.hashKvAnswers()) {
      Object expected = answer.getOrDefault("offline_from_file", answer.get("hash"));
      Object error = expected instanceof String ? expected : answer.get("error");
      long revision = number(answer, "rev");
      if (error == null) {
        assertAnswer(golden, snapshot, answer, ((Number) expected).longValue());
      } else if (revision == snapshot.metadata().compactRevision()) {
        // Before 3.4.27 the compacted revision itself was refused; later servers answer, as we do.
        assertThat(golden.server()).isEqualTo("3.4.23");
        Golden same = Golden.named(golden.file().replace("3.4.23", "3.5.30"));
        assertThat(snapshot.hashKv(revision(revision)))
            .isEqualTo(same.open().hashKv(revision(revision)));
      } else {
        assertThatThrownBy(() -> snapshot.hashKv(revision(revision)))
            .isInstanceOfSatisfying(
                RevisionNotRetainedException.class,
                e -> assertThat(e.isCompacted()).isEqualTo(error.equals("compacted")))
            .hasMessageStartingWith("revision " + revision + " ");
      }
    }
  }

  /** In the manifest 0 stands for the latest. */
  private static Revision revision(long number) {
    return number == 0 ? Revision.LATEST : Revision.of(number);
  }

  private static void assertAnswer(
      Golden golden, EtcdSnapshot snapshot, Map<String, Object> answer, long hash)
      throws IOException {
    HashKv ours = snapshot.hashKv(revision(number(answer, "rev")));
    assertThat(ours.hash()).as("%s %s", golden, answer).isEqualTo(hash);
    if (!answer.containsKey("cached")) {
      assertThat(ours.compactRevision()).isEqualTo(number(answer, "compact_revision"));
    }
    if (answer.containsKey("hash_revision")) {
      assertThat(ours.revision()).isEqualTo(number(answer, "hash_revision"));
    }
  }

  /** The members answered so after a compaction that this file does not know of. */
  @Test
  void hashKvOfALaterCompactionIsWhatTheServerAnsweredAfterIt() throws IOException {
    for (String server : List.of("3.4.23", "3.5.30")) {
      EtcdSnapshot before = Golden.named(server + "-rich-precompact.snap.db").open();
      assertThat(before.hashKv(revision(4209), 4207))
          .isEqualTo(new HashKv(3357524119L, 4209, 4207));
      assertThat(before.hashKv(revision(4208), 4207)).isEqualTo(new HashKv(872945781L, 4208, 4207));
    }
  }

  @Test
  void aCompactionChangesNoKeyThatCanStillBeRead() throws IOException {
    for (String server : List.of("3.4.23", "3.5.30")) {
      EtcdSnapshot before = Golden.named(server + "-rich-precompact.snap.db").open();
      EtcdSnapshot after = Golden.named(server + "-rich-compacted1.snap.db").open();
      for (long revision = 4207; revision <= 4209; revision++) {
        assertThat(content(after, revision)).isEqualTo(content(before, revision));
        assertThat(
                new DiffCursor(
                        before.keys(KeyRange.all(), revision(revision)),
                        after.keys(KeyRange.all(), revision(revision)))
                    .next())
            .isFalse();
      }
    }
  }

  private static Map<String, List<Object>> content(EtcdSnapshot snapshot, long revision)
      throws IOException {
    Map<String, List<Object>> content = new LinkedHashMap<>();
    KeyCursor keys = snapshot.keys(KeyRange.all(), revision(revision));
    while (keys.next()) {
      content.put(
          HexFormat.of().formatHex(keys.key()),
          List.of(
              keys.createRevision(),
              keys.modRevision(),
              keys.version(),
              keys.lease(),
              Arrays.hashCode(keys.value())));
    }
    return content;
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void theyTellWhoWroteThem(Golden golden) throws IOException {
    SnapshotMetadata metadata = golden.open().metadata();
    assertThat(metadata.writtenBy()).isEqualTo(golden.line());
    String line = golden.server().replaceFirst("\\.[0-9]+$", ".0");
    assertThat(metadata.clusterVersion()).isEqualTo(line);
    assertThat(metadata.storageVersion()).isEqualTo(line.equals("3.6.0") ? line : "");
    assertThat(metadata.revision()).isEqualTo(number(golden.status(), "revision"));
    assertThat(metadata.databaseSize()).isEqualTo(number(golden.status(), "totalSize"));
    assertThat(metadata.pageSize()).isEqualTo(4096);
    assertThat(metadata.members().get(0).name()).isEqualTo("m1");
    assertThat(metadata.members().get(0).peerUrls()).hasSize(1);
    assertThat(metadata.members().get(0).clientUrls()).hasSize(1);
    assertThat(metadata.term().isPresent()).isEqualTo(golden.line() != StatusVersion.V3_4);
  }

  @Test
  void membersAlarmsAndRolesOfAnOddCluster() throws IOException {
    for (String server : List.of("3.4.23", "3.5.30")) {
      EtcdSnapshot snapshot = Golden.named(server + "-misc.snap.db").open();
      SnapshotMetadata metadata = snapshot.metadata();
      Member first =
          metadata.members().stream().filter(m -> !m.learner()).findFirst().orElseThrow();
      assertThat(metadata.alarms()).containsExactly(new Alarm(first.id(), Alarm.Type.NOSPACE));
      assertThat(metadata.members()).filteredOn(Member::learner).hasSize(1);
      assertThat(metadata.removedMembers()).hasSize(1);
      AuthSummary auth = snapshot.auth();
      assertThat(auth.enabled()).isFalse();
      assertThat(auth.users()).containsExactly(new AuthSummary.User("nopw", List.of(), true));
      assertThat(auth.roles()).extracting(AuthSummary.Role::name).contains("role0", "role4");
      AuthSummary.Permission read = auth.roles().get(1).permissions().get(0);
      assertThat(read.type()).isEqualTo(AuthSummary.Permission.Type.READ);
      assertThat(read.range()).isEqualTo(KeyRange.of("p0".getBytes(UTF_8)));
      assertThat(auth.roles().get(2).permissions().get(1).range())
          .isEqualTo(KeyRange.from("p1".getBytes(UTF_8)));
    }
  }

  @Test
  void authenticationIsToldWithoutHashes() throws IOException {
    for (String file : List.of("3.4.23-rich-auth", "3.5.30-rich-auth", "3.6.14-rich-auth")) {
      AuthSummary auth = Golden.named(file + ".snap.db").open().auth();
      assertThat(auth.enabled()).isTrue();
      assertThat(auth.users()).extracting(AuthSummary.User::name).containsExactly("alice", "root");
      assertThat(auth.users().get(1).roles()).containsExactly("root");
      assertThat(auth.toString()).doesNotContain("$2a$");
    }
  }

  @Test
  void leasesAndCompactionsOfARichCluster() throws IOException {
    EtcdSnapshot snapshot = Golden.named("3.5.30-rich-auth.snap.db").open();
    List<Lease> leases = snapshot.leases();
    assertThat(leases).hasSize(4).contains(new Lease(0x1000, 3600, 0));
    SnapshotMetadata metadata = snapshot.metadata();
    assertThat(metadata.leases()).isEqualTo(new SnapshotMetadata.Extent(4, 1, 1, true));
    assertThat(metadata.scheduledCompaction()).isEqualTo(OptionalLong.of(4443));
    assertThat(metadata.finishedCompaction()).isEqualTo(OptionalLong.of(4443));
    assertThat(metadata.compactRevision()).isEqualTo(4443);
    assertThat(metadata.consistentIndex()).isEqualTo(OptionalLong.of(4572));
    assertThat(metadata.term()).isEqualTo(OptionalLong.of(2));
    KeyCursor keys = snapshot.keys(KeyRange.all());
    boolean leased = false;
    while (keys.next()) {
      leased |= leases.stream().anyMatch(lease -> lease.id() == keys.lease());
    }
    assertThat(leased).isTrue();
  }

  @Test
  void memberIdsPrintAsEtcdPrintsThem() throws IOException {
    SnapshotMetadata metadata = Golden.named("3.4.23-plain.snap.db").open().metadata();
    assertThat(metadata.members()).extracting(Member::hexId).containsExactly("d3c6943dedd6536c");
  }
}
