package com.example.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.testkit.etcd.Etcd;
import dev.etcdbackup.testkit.etcd.EtcdCluster;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.EmbeddedS3;
import dev.etcdbackup.testkit.s3.S3Server;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** Fixtures: the same operator with a real etcd and a real S3 server. */
class RealServersTest {
  @Test
  void whatIsBackedUpIsProvedToBeWhole(@Etcd EtcdServer etcd, @EmbeddedS3 S3Server s3)
      throws Exception {
    etcd.put("host-1", "rack 7");
    try (S3Client client = client(s3)) {
      BackupStore store = bucket(client);
      BackupResult taken =
          backups(store)
              .nightly(EtcdSnapshotSource.builder(EtcdConnection.to(etcd.endpoints())).build());
      assertThat(taken.digest().revision()).hasValue(2);
      try (EtcdSnapshot stored =
          EtcdSnapshot.open(ByteRanges.of(store, store.find(taken.key()).orElseThrow()))) {
        assertThat(stored.verify().problems()).isEmpty();
      }
    }
  }

  @Test
  void aMemberThatIsDownCostsNoBackup(
      @Etcd(members = 3) EtcdCluster cluster, @EmbeddedS3 S3Server s3) throws Exception {
    cluster.member(0).put("host-1", "rack 7");
    cluster.member(1).kill();
    try (S3Client client = client(s3)) {
      BackupStore store = bucket(client);
      backups(store)
          .nightly(EtcdSnapshotSource.builder(EtcdConnection.to(cluster.endpoints())).build());
      assertThat(store.list(InventoryBackups.PROJECT)).hasSize(1);
    }
  }

  private static InventoryBackups backups(BackupStore store) {
    return new InventoryBackups(store, RetentionPolicy.keepDaily(7), InstantSource.system());
  }

  private static S3Client client(S3Server s3) {
    return S3Clients.forRgw(s3.endpoint())
        .credentials(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
        .build();
  }

  private static BackupStore bucket(S3Client client) {
    client.createBucket(bucket -> bucket.bucket("etcd-backup"));
    return S3BackupStore.builder(client, "etcd-backup").build();
  }
}
