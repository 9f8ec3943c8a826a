package dev.etcdbackup.directory;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.testkit.BackupStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBackupStoreContractTest extends BackupStoreContract {
  @TempDir Path directory;

  @Override
  protected BackupStore newStore() throws Exception {
    return DirectoryBackupStore.at(directory.resolve("store"));
  }
}
