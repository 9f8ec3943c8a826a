package dev.etcdbackup.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.etcd.EtcdTools;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots out of files that a real etcd left. */
@Tag("server")
@Timeout(120)
class FileSnapshotSourceTest {
  @TempDir private Path directory;
  @AutoClose private EtcdServer etcd;

  @BeforeEach
  void fillAnEtcd() throws Exception {
    etcd = EtcdServer.start();
    for (int i = 0; i < 200; i++) {
      etcd.put("key-" + i % 50, new byte[1000 + i]);
    }
  }

  private Path saved() throws Exception {
    Path file = directory.resolve("saved");
    etcd.etcdctl("snapshot", "save", file.toString());
    return file;
  }

  /** What a member that was killed leaves. */
  private Path copied() throws Exception {
    etcd.kill();
    return Files.copy(etcd.dataDir().resolve("member/snap/db"), directory.resolve("copied"));
  }

  private SnapshotDigest read(Path from, Path to) throws Exception {
    try (Snapshot snapshot = FileSnapshotSource.of(from).open()) {
      assertThat(Files.copy(snapshot.stream(), to)).isEqualTo(snapshot.size());
      return snapshot.digest();
    }
  }

  @Test
  void aSnapshotIsGivenOutAsItIs() throws Exception {
    Path file = saved();
    Path back = directory.resolve("back");
    assertThat(read(file, back).revision()).hasValue(etcd.revision());
    assertThat(back).hasSameBinaryContentAs(file);
    try (Snapshot snapshot = FileSnapshotSource.of(file).open()) {
      assertThat(snapshot.info().origin()).isEqualTo("the snapshot " + file);
      assertThat(snapshot.info().revision()).isEqualTo(etcd.revision());
    }
  }

  @Test
  void aCopyOfADatabaseBecomesASnapshotLikeAnyOther() throws Exception {
    long revision = etcd.revision();
    Path reference = saved();
    Path file = copied();
    byte[] ahead = new byte[64 << 10]; // etcd allocates ahead, when the database is large
    Files.write(file, ahead, StandardOpenOption.APPEND);
    Path made = directory.resolve("made");
    SnapshotDigest digest = read(file, made);
    assertThat(digest.size() % 512).isEqualTo(32);
    assertThat(digest.size()).isLessThan(Files.size(file));
    ByteBuffer metas = ByteBuffer.wrap(Files.readAllBytes(made)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(metas.getLong(64)).as("transactions").isEqualTo(metas.getLong(4096 + 64) + 1);
    try (Snapshot snapshot = FileSnapshotSource.of(file).open()) {
      assertThat(snapshot.info().origin())
          .isEqualTo(
              "the copy of a member's database %s, the first %d of its %d bytes",
              file, digest.size() - 32, Files.size(file));
    }
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(made);
        EtcdSnapshot original = EtcdSnapshot.open(reference)) {
      assertThat(snapshot.verify().problems()).isEmpty();
      // A member commits every 100 ms; what came last may be in its log alone.
      assertThat(snapshot.metadata().revision()).isBetween(2L, revision);
      assertThat(digest.revision()).hasValue(snapshot.metadata().revision());
      assertThat(original.hashKv(Revision.of(snapshot.metadata().revision())))
          .isEqualTo(snapshot.hashKv());
      assertThat(snapshot.keys(KeyRange.all()).size()).isLessThanOrEqualTo(50);
      assertThat(EtcdTools.snapshotStatus(made))
          .contains("\"revision\":" + snapshot.metadata().revision() + ",")
          .contains("\"hash\":" + snapshot.status().hash() + ",");
    }
  }

  @Test
  void whatIsDamagedIsRefusedWithTheFirstProblem() throws Exception {
    Path file = saved();
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> FileSnapshotSource.of(file).open())
        .withMessageStartingWith(file + " is damaged: ")
        .withMessageNotContaining("\n");
    Path torn = copied();
    byte[] half = Files.readAllBytes(torn);
    Files.write(torn, Arrays.copyOf(half, 4096 * 5));
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> FileSnapshotSource.of(torn).open())
        .withMessageStartingWith(torn + " is damaged: ");
  }

  @Test
  void whatIsNotThereOrNoDatabaseIsSaidToBeSo() throws Exception {
    Path none = directory.resolve("none");
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> FileSnapshotSource.of(none).open())
        .withMessage("there is no file " + none);
    Path text = Files.writeString(directory.resolve("text"), "hello");
    assertThatExceptionOfType(SourceException.class)
        .isThrownBy(() -> FileSnapshotSource.of(text).open())
        .withMessageStartingWith(text + " is damaged: ");
  }
}
