package dev.etcdbackup.openpgp;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.BackupStoreContract;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** A store that signs is a store like any other, but for the signatures that it keeps in it. */
@Tag("slow")
class SignedBackupStoreContractTest extends BackupStoreContract {
  @Override
  protected BackupStore newStore() {
    return new ForwardingBackupStore(
        SignedBackupStore.signing(new InMemoryBackupStore(), TestKeys.signingKey())) {
      @Override
      public List<StoredBackup> list(String project) throws BackupException {
        return super.list(project).stream()
            .filter(one -> !one.key().toString().contains("/.etcd-backup/signatures/"))
            .toList();
      }
    };
  }
}
