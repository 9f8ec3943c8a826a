package dev.etcdbackup.etcd;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.testkit.SnapshotSourceContract;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class FileSnapshotSourceContractTest extends SnapshotSourceContract {
  @TempDir private static Path folder;

  @BeforeAll
  static void saveASnapshot() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      for (int i = 0; i < 20; i++) {
        etcd.put("key-" + i, new byte[100_000]);
      }
      try (Snapshot snapshot = EtcdSnapshotSource.builder(etcd.endpoints()).build().open()) {
        Files.copy(snapshot.stream(), folder.resolve("file"));
      }
    }
  }

  @Override
  protected SnapshotSource newSource() {
    return FileSnapshotSource.of(folder.resolve("file"));
  }
}
