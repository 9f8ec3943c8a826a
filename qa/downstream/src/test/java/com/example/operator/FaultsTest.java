package com.example.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultProxy;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.FaultyBackupStore;
import dev.etcdbackup.testkit.faults.FaultySnapshotSource;
import dev.etcdbackup.testkit.faults.Operation;
import dev.etcdbackup.testkit.s3.EmbeddedS3;
import dev.etcdbackup.testkit.s3.S3Server;
import java.net.URI;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** Faults: one script for a fake store, a fake etcd, and the line to a real server. */
class FaultsTest {
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 10);
  private static final SnapshotSource ETCD = FixedSnapshotSource.of(SNAPSHOT);

  private final InMemoryBackupStore store = new InMemoryBackupStore();

  @Test
  void aStoreThatIsBusyIsTriedAgainTheNextNight() throws Exception {
    Fault busy = Faults.on(Operation.PUT).answer(503);
    InventoryBackups backups = backups(FaultyBackupStore.over(store, busy));
    assertThatExceptionOfType(StoreException.class).isThrownBy(() -> backups.nightly(ETCD));
    assertThat(store.list("")).isEmpty();
    backups.nightly(ETCD);
    assertThat(store.list("")).hasSize(1);
    assertThat(busy.fired()).isEqualTo(1);
  }

  @Test
  void anEtcdThatIsCutOffLeavesNoBackup() throws BackupException {
    Fault cut = Faults.on(Operation.SNAPSHOT).afterBytes(5_000).cut();
    SnapshotSource etcd = FaultySnapshotSource.of(SNAPSHOT, cut);
    assertThatExceptionOfType(SourceException.class).isThrownBy(() -> backups(store).nightly(etcd));
    assertThat(store.list("")).isEmpty();
    assertThat(cut.fired()).isEqualTo(1);
  }

  @Test
  void aBackupWhoseReplyIsLostIsFoundAndNotTakenTwice(@EmbeddedS3 S3Server s3) throws Exception {
    Fault lost = Faults.on(Operation.PUT).loseReply();
    try (FaultProxy proxy = FaultProxy.s3(s3.endpoint(), lost);
        S3Client direct = client(s3, s3.endpoint());
        S3Client faulty = client(s3, proxy.endpoint())) {
      direct.createBucket(bucket -> bucket.bucket("etcd-backup"));
      BackupStore there = S3BackupStore.builder(direct, "etcd-backup").build();
      BackupStore behind = S3BackupStore.builder(faulty, "etcd-backup").build();
      BackupResult taken = backups(behind).nightly(ETCD);
      assertThat(there.list("")).extracting(backup -> backup.key()).containsExactly(taken.key());
    }
    assertThat(lost.fired()).isEqualTo(1);
  }

  private static InventoryBackups backups(BackupStore store) {
    return new InventoryBackups(store, RetentionPolicy.keepDaily(7), InstantSource.system());
  }

  private static S3Client client(S3Server s3, URI endpoint) {
    return S3Clients.forRgw(endpoint)
        .credentials(
            StaticCredentialsProvider.create(
                AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
        .build();
  }
}
