package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupLock.Held;
import dev.etcdbackup.testkit.LeasedLockContract;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;

@Tag("server")
class LeaseBackupLockContractTest extends LeasedLockContract {
  private final MockApi api = MockApi.start();
  private final List<LeaseBackupLock> replicas = new ArrayList<>();
  private final KubernetesClient client = api.newClient();

  @AfterEach
  void stop() {
    replicas.forEach(LeaseBackupLock::close);
    client.close();
    api.close();
  }

  @Override
  protected BackupLock newReplica() {
    LeaseBackupLock replica = LeaseBackupLock.builder(client, "operators").build();
    replicas.add(replica);
    return replica;
  }

  @Override
  protected void lose(Held held) {
    client
        .leases()
        .inNamespace("operators")
        .withName(((HeldKubernetesLease) held).name())
        .edit(
            lease -> {
              lease.getSpec().setHolderIdentity("");
              return lease;
            });
  }
}
