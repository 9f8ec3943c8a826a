package dev.etcdbackup.snapshot;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.testkit.SnapshotSourceContract;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.Client;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("server")
class FileSnapshotSourceContractTest extends SnapshotSourceContract {
  @TempDir private static Path directory;

  @BeforeAll
  static void saveASnapshot() throws Exception {
    try (EtcdServer etcd = EtcdServer.start()) {
      for (int i = 0; i < 20; i++) {
        etcd.put("key-" + i, new byte[100_000]);
      }
      try (Client client = Client.builder().endpoints(etcd.endpoint()).build();
          OutputStream file = Files.newOutputStream(directory.resolve("file"))) {
        client.getMaintenanceClient().snapshot(file).get();
      }
    }
  }

  @Override
  protected SnapshotSource newSource() {
    return FileSnapshotSource.of(directory.resolve("file"));
  }
}
