package dev.etcdbackup.restore;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.SnapshotMetadata;
import dev.etcdbackup.snapshot.bbolt.BoltWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From which revision a revision is raised. */
class RaisedRevisionTest {
  @TempDir Path directory;

  /** A compaction by older servers takes the deletion of the last key away, too. */
  @Test
  void aCompactionAfterTheLastEventCounts() throws IOException {
    Path file = directory.resolve("snapshot");
    try (BoltWriter writer = new BoltWriter(file, 4096)) {
      writer.bucket("key", Collections.emptyIterator());
      writer.bucket(
          "meta",
          List.of(pair("finishedCompactRev", 3), pair("scheduledCompactRev", 3)).iterator());
    }
    Path data = directory.resolve("data");
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      RestoredMember member =
          DataDirRestore.builder().bumpRevision(1).build().restore(snapshot, data);
      assertThat(member.revision()).isEqualTo(4);
    }
    try (EtcdSnapshot restored = EtcdSnapshot.open(data.resolve("member/snap/db"))) {
      SnapshotMetadata metadata = restored.metadata();
      assertThat(metadata.revision()).isEqualTo(4);
      assertThat(metadata.compactRevision()).isEqualTo(4);
    }
  }

  private static BoltWriter.Pair pair(String key, long revision) {
    return new BoltWriter.Pair(key.getBytes(US_ASCII), StoredRevision.of(revision));
  }
}
