package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.SnapshotStatus;
import dev.etcdbackup.snapshot.StatusVersion;
import dev.etcdbackup.snapshot.VerifyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a restore writes, against what etcdctl 3.4.23 and etcdutl 3.5.30 wrote. */
class OfficialFormTest {
  private static final String THREE =
      "a=http://127.0.0.1:31001,b=http://127.0.0.1:31002,c=http://127.0.0.1:31003";
  private static final String ONE = "b=http://127.0.0.1:31002";
  private static final int CONF_STATE_FRAME = 472; // the last frame of a log of three members

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"members-1,1", "members-3,3", "members-bump,3"})
  void allFilesHaveTheContentThatEtcdutlGivesThem(String what, int members) throws IOException {
    Path data = restore("3.5.30-rich-auth", settings(members, what.contains("bump")));
    String index = "0000000000000001-000000000000000" + members;
    assertThat(data.resolve("member/snap/" + index + ".snap"))
        .hasBinaryContent(Backups.official("3.5.30-" + what + "." + index + ".snap"));
    assertThat(head(data)).isEqualTo(Backups.official("3.5.30-" + what + ".wal.head4096"));
    String expected = new String(Backups.official("3.5.30-" + what + ".db-status.json"), UTF_8);
    try (EtcdSnapshot restored = EtcdSnapshot.open(data.resolve("member/snap/db"))) {
      SnapshotStatus status = restored.status(StatusVersion.V3_5);
      assertThat(expected)
          .contains("\"hash\":" + status.hash() + ",")
          .contains("\"revision\":" + status.revision() + ",")
          .contains("\"totalKey\":" + status.totalKey() + ",");
      assertThat(status.totalSize()).isEqualTo(507_904); // 1,208,320 with what was free
    }
  }

  @Test
  void theLogDiffersFromThatOf34InTheConfStateAtItsEndAlone() throws IOException {
    Path data = restore("3.4.23-rich-auth", settings(3, false));
    byte[] theirs = Backups.official("3.4.23-members-3.wal.head4096");
    assertThat(Arrays.copyOf(head(data), CONF_STATE_FRAME))
        .isEqualTo(Arrays.copyOf(theirs, CONF_STATE_FRAME));
    assertThat(head(data)).isNotEqualTo(theirs);
    String name = "0000000000000001-0000000000000003.snap";
    assertThat(data.resolve("member/snap/" + name))
        .hasBinaryContent(Backups.official("3.4.23-members-3." + name));
  }

  @Test
  void filesAndDirectoriesHaveTheNamesSizesAndPermissionsThatEtcdutlGivesThem() throws IOException {
    Path data = restore("3.5.30-plain", settings(1, false));
    try (Stream<Path> files = Files.walk(data)) {
      assertThat(files.map(file -> line(data, file)).sorted())
          .containsExactly(
              "rw-------  db",
              "rw-------  wal 64000000",
              "rw-r--r--  snap",
              "rwx------ ",
              "rwx------  member",
              "rwx------  member/snap",
              "rwx------  member/wal");
    }
  }

  private static String line(Path data, Path file) {
    try {
      String name = data.relativize(file).toString();
      if (name.endsWith("0000.wal")) {
        assertThat(name).isEqualTo("member/wal/0000000000000000-0000000000000000.wal");
        name = "wal " + Files.size(file);
      } else if (Files.isRegularFile(file)) {
        name = name.endsWith("/db") ? "db" : "snap";
      }
      String access = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
      return access + " " + (name.isEmpty() ? "" : " " + name);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3.4.23-empty",
        "3.4.23-plain",
        "3.4.23-misc",
        "3.4.23-rich-auth",
        "3.5.30-empty",
        "3.5.30-plain",
        "3.5.30-misc",
        "3.5.30-rich-precompact",
        "3.5.30-rich-auth",
        "3.6.14-empty",
        "3.6.14-plain",
        "3.6.14-rich-auth"
      })
  void whatUsersHadIsThereAndTheDatabaseIsSound(String name) throws IOException {
    Path data = restore(name, settings(1, false));
    try (EtcdSnapshot before = EtcdSnapshot.open(Backups.snapshot(name, directory));
        EtcdSnapshot after = EtcdSnapshot.open(data.resolve("member/snap/db"))) {
      assertThat(after.verify(VerifyOptions.DEFAULT.withoutTrailer()).problems()).isEmpty();
      assertThat(after.hashKv()).isEqualTo(before.hashKv());
      assertThat(after.leases()).isEqualTo(before.leases());
      assertThat(after.auth()).isEqualTo(before.auth());
      assertThat(after.metadata().alarms()).isEqualTo(before.metadata().alarms());
      assertThat(after.metadata().clusterVersion()).isEqualTo(before.metadata().clusterVersion());
      assertThat(after.metadata().storageVersion()).isEqualTo(before.metadata().storageVersion());
      assertThat(after.metadata().removedMembers()).isEmpty();
      assertThat(after.metadata().members())
          .singleElement()
          .satisfies(
              member -> {
                assertThat(member.name()).isEqualTo("b");
                assertThat(member.peerUrls()).containsExactly("http://127.0.0.1:31002");
                assertThat(member.clientUrls()).isEmpty();
                assertThat(member.learner()).isFalse();
              });
      assertThat(after.metadata().consistentIndex()).hasValue(1);
      assertThat(after.metadata().term()).hasValue(1);
    }
  }

  @Test
  void aRaisedRevisionEndsTheHistoryBeforeIt() throws IOException {
    Path data = directory.resolve("raised");
    RestoredMember member;
    try (EtcdSnapshot before = EtcdSnapshot.open(Backups.snapshot("3.6.14-rich-auth", directory))) {
      member = settings(1, true).restore(before, data);
      try (EtcdSnapshot after = EtcdSnapshot.open(data.resolve("member/snap/db"))) {
        assertThat(member.revision()).isEqualTo(before.metadata().revision() + 1_000_000);
        assertThat(after.metadata().revision()).isEqualTo(member.revision());
        assertThat(after.metadata().compactRevision()).isEqualTo(member.revision());
        assertThat(after.status(StatusVersion.V3_6).totalKey())
            .isEqualTo(before.status(StatusVersion.V3_6).totalKey() + 1); // the empty key
        assertThat(EtcdSnapshot.diff(before, after).next()).isFalse();
        // What all versions of etcd answer after the same with etcdutl.
        assertThat(after.hashKv()).isEqualTo(new HashKv(2496359358L, 1004545, 1004545));
      }
    }
  }

  @Test
  void theDirectoryOfARestoreIsFoundByItsResult() throws IOException {
    Path data = directory.resolve("a/b/data");
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(Backups.snapshot("3.5.30-plain", directory))) {
      RestoredMember member = settings(3, false).restore(snapshot, data);
      assertThat(member)
          .isEqualTo(
              new RestoredMember(
                  data,
                  "b",
                  0x94d4df8d688c1d52L,
                  0x302570274aac1dfeL,
                  230,
                  List.of(),
                  snapshot.preflight(true)));
    }
  }

  private Path restore(String name, DataDirRestore settings) throws IOException {
    Path data = directory.resolve("data-of-" + name);
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(Backups.snapshot(name, directory))) {
      settings.restore(snapshot, data);
    }
    return data;
  }

  private static DataDirRestore settings(int members, boolean raised) {
    DataDirRestoreBuilder builder =
        DataDirRestore.builder()
            .name("b")
            .initialCluster(members == 1 ? ONE : THREE)
            .initialClusterToken("TOK")
            .initialAdvertisePeerUrls("http://127.0.0.1:31002");
    return (raised ? builder.bumpRevision(1_000_000) : builder).build();
  }

  private static byte[] head(Path data) throws IOException {
    Path log = data.resolve("member/wal/" + WriteAheadLog.NAME);
    try (var in = Files.newInputStream(log)) {
      return in.readNBytes(4096);
    }
  }
}
