package dev.etcdbackup.etcd;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.testkit.SnapshotSourceContract;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

@Tag("server")
class EtcdSnapshotSourceContractTest extends SnapshotSourceContract {
  @AutoClose private static EtcdServer etcd;

  @BeforeAll
  static void startEtcd() throws Exception {
    etcd = EtcdServer.start();
    for (int i = 0; i < 4; i++) {
      etcd.put("key-" + i, new byte[1 << 20]);
    }
  }

  @Override
  protected SnapshotSource newSource() {
    return EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build();
  }
}
