package dev.etcdbackup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.SnapshotStatus;
import dev.etcdbackup.snapshot.StatusVersion;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The etcdutl of 3.5, run on the same snapshots with the same options. */
@Tag("server")
class OfficialToolTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "3.4.23-empty,false",
    "3.4.23-misc,true",
    "3.4.23-rich-auth,false",
    "3.5.30-empty,true",
    "3.5.30-misc,false",
    "3.5.30-rich-compacted1,true",
    "3.6.14-plain,true",
    "3.6.14-rich-auth,false"
  })
  void writesTheSameFiles(String name, boolean raised) throws IOException {
    EtcdBinaries etcd = EtcdBinaries.of("3.5");
    Path snapshot = Backups.snapshot(name, directory);
    String cluster = "a=http://[::1]:1,b=unix://s:2,b=https://h-1.x:3,c=http://10.0.0.1:65535";
    Path theirs = directory.resolve("theirs");
    List<String> arguments =
        new ArrayList<>(List.of("snapshot", "restore", snapshot.toString(), "--name=b"));
    arguments.add("--data-dir=" + theirs);
    arguments.add("--initial-cluster=" + cluster);
    arguments.add("--initial-advertise-peer-urls=https://h-1.x:3,unix://s:2");
    if (raised) {
      arguments.add("--bump-revision=77");
      arguments.add("--mark-compacted");
    }
    etcd.run("etcdutl", arguments.toArray(new String[0]));
    Path ours = directory.resolve("ours");
    DataDirRestoreBuilder builder =
        DataDirRestore.builder()
            .name("b")
            .initialCluster(cluster)
            .initialAdvertisePeerUrls("https://h-1.x:3,unix://s:2");
    try (EtcdSnapshot from = EtcdSnapshot.open(snapshot)) {
      (raised ? builder.bumpRevision(77) : builder).build().restore(from, ours);
    }
    assertThat(tree(ours)).isEqualTo(tree(theirs));
    for (String file : tree(ours)) {
      if (file.endsWith(".snap") || file.endsWith(".wal")) {
        assertThat(ours.resolve(file)).as(file).hasSameBinaryContentAs(theirs.resolve(file));
      }
    }
    SnapshotStatus status = status(ours);
    assertThat(status.hash()).isEqualTo(status(theirs).hash());
    assertThat(status.revision()).isEqualTo(status(theirs).revision());
    assertThat(status.totalKey()).isEqualTo(status(theirs).totalKey());
    assertThat(etcd.run("etcdutl", "snapshot", "status", database(ours).toString(), "-w", "json"))
        .contains("\"hash\":" + status.hash() + ",")
        .contains("\"totalSize\":" + status.totalSize());
  }

  private static SnapshotStatus status(Path data) throws IOException {
    try (EtcdSnapshot database = EtcdSnapshot.open(database(data))) {
      return database.status(StatusVersion.V3_5);
    }
  }

  private static Path database(Path data) {
    return data.resolve("member/snap/db");
  }

  private static List<String> tree(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      return files.map(file -> data.relativize(file).toString()).sorted().toList();
    }
  }
}
