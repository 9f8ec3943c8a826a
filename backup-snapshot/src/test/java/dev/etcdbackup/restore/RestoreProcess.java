package dev.etcdbackup.restore;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.ReadOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneOffset;

/** A restore as a process of its own, to be killed: says when it begins and when it is over. */
final class RestoreProcess {
  private RestoreProcess() {}

  /**
   * Restores.
   *
   * @param args the snapshot, a file or the backup {@code p/backup} in a directory, and the data
   *     directory
   */
  public static void main(String[] args) throws Exception {
    Path from = Path.of(args[0]);
    Path dataDir = Path.of(args[1]);
    if (from.toFile().isDirectory()) {
      restore(DirectoryBackupStore.at(from), dataDir);
    } else {
      restore(from, dataDir);
    }
    System.out.println("over");
  }

  private static void restore(Path file, Path dataDir) throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      DataDirRestore restore = DataDirRestore.builder().build();
      begins();
      restore.restore(snapshot, dataDir);
    }
  }

  private static void restore(BackupStore store, Path dataDir) throws IOException {
    Backup backup =
        Backup.of(store.find(BackupKey.of("p", "backup")).orElseThrow(), ZoneOffset.UTC);
    ReadOptions options = ReadOptions.builder(BackupEncodings.none(), dataDir.getParent()).build();
    begins();
    DataDirRestore.builder().build().restore(backup, store, options, dataDir);
  }

  private static void begins() {
    System.out.println("begins");
    System.out.flush();
  }
}
