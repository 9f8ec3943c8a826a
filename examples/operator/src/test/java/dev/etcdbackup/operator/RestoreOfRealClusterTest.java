package dev.etcdbackup.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.operator.restore.EtcdRestore;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The whole way from an {@code EtcdRestore} to a cluster that is healthy again: the resource is on
 * a real API server, the members are three real etcds in the pods of a StatefulSet, the Jobs run
 * the command line tool, and the bucket is on an S3 server whose authority is in the store's Secret
 * alone. The operator has the rights that are delivered and no more.
 */
@Tag("server")
@Timeout(240)
class RestoreOfRealClusterTest extends RealCluster {
  @Test
  void aClusterWithoutQuorumIsRestoredFromAServerWithItsOwnAuthorityAndRolledBack()
      throws Exception {
    BackupKey key = lostQuorum();
    runKubelet();

    createRestore();

    Await.until("restored", 120, this::phase, now -> now.matches("(Succeeded|Failed) .*"));
    assertThat(phase()).startsWith("Succeeded DONE: ").contains("on 3 members and in the backup");
    assertThat(jobs.runs()).isEqualTo(3);
    EtcdRestore restored =
        client.resources(EtcdRestore.class).inNamespace("services").withName("r").get();
    assertThat(restored.getStatus().backup()).isEqualTo(key.toString());
    for (int i = 0; i < 3; i++) {
      assertThat(pods.etcdctl(i, "get", "day", "--print-value-only")).isEqualTo("one");
    }
    assertThat(core.persistentVolumeClaims().inNamespace("services").list().getItems())
        .filteredOn(one -> one.getMetadata().getName().contains("-before-"))
        .hasSize(3);

    EtcdRestore unused = client.resource(restored).patch(MERGE, "{\"spec\": {\"rollBack\": true}}");
    Await.until("rolled back", 60, this::phase, now -> now.matches("(RolledBack|Failed) .*"));
    assertThat(phase()).startsWith("RolledBack ROLLED_BACK: ");
    awaitWrites();
    assertThat(pods.etcdctl(2, "get", "day", "--print-value-only")).isEqualTo("two");
    kubeletThread.shutdown();
    assertThat(kubeletThread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    assertThat(kubelet.deletedVolumes()).isEmpty();
    assertThat(front.refused()).isEmpty();
    Set<String> needed = Rights.ofRestores();
    needed.remove("etcd.database.coreos.com/etcdrestores patch"); // see RightsTest
    assertThat(front.used()).containsAll(needed);
  }
}
