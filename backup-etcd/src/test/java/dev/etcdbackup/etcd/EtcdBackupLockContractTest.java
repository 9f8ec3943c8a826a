package dev.etcdbackup.etcd;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupLock.Held;
import dev.etcdbackup.testkit.LeasedLockContract;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("server")
class EtcdBackupLockContractTest extends LeasedLockContract {
  @AutoClose private static EtcdServer etcd;

  private final String prefix = "/locks/" + UUID.randomUUID() + "/";
  private final List<EtcdBackupLock> replicas = new ArrayList<>();

  @BeforeAll
  static void startEtcd() throws Exception {
    etcd = EtcdServer.start();
  }

  @AfterEach
  void closeReplicas() {
    replicas.forEach(EtcdBackupLock::close);
  }

  @Override
  protected BackupLock newReplica() {
    EtcdBackupLock replica =
        EtcdBackupLock.builder(EtcdConnection.to(etcd.endpoints())).keyPrefix(prefix).build();
    replicas.add(replica);
    return replica;
  }

  @Override
  protected void lose(Held held) throws Exception {
    String unused = etcd.etcdctl("lease", "revoke", Long.toHexString(((HeldLease) held).lease()));
  }
}
