package dev.etcdbackup.embedding;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.etcd.EtcdBackupLock;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.VerifyReport;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** The servers that the application uses, seen by another client of them. */
final class Cluster implements AutoCloseable {
  static final String PROJECT = "inventory";

  private static final String BUCKET = "etcd-backup";

  private final EtcdServer etcd;
  private final EtcdServer lockEtcd;
  private final S3Server s3;
  private final S3Client client;
  private final BackupStore store;
  private final EtcdBackupLock lock;

  Cluster(EtcdServer etcd, EtcdServer lockEtcd, S3Server s3) throws IOException {
    this.etcd = etcd;
    this.lockEtcd = lockEtcd;
    this.s3 = s3;
    this.client =
        S3Clients.forRgw(s3.endpoint())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(s3.accessKey(), s3.secretKey())))
            .build();
    client.createBucket(bucket -> bucket.bucket(BUCKET));
    this.store = S3BackupStore.builder(client, BUCKET).build();
    this.lock = EtcdBackupLock.builder(EtcdConnection.to(lockEtcd.endpoints())).build();
    for (int i = 0; i < 200; i++) {
      etcd.put("/hosts/x" + i, "rack " + i);
    }
  }

  Map<String, String> environment() {
    return Map.of(
        "ETCD_ENDPOINT", etcd.endpoint().toString(),
        "LOCK_ENDPOINT", lockEtcd.endpoint().toString(),
        "S3_ENDPOINT", s3.endpoint().toString(),
        "BUCKET", BUCKET,
        "AWS_ACCESS_KEY_ID", s3.accessKey(),
        "AWS_SECRET_ACCESS_KEY", s3.secretKey());
  }

  EtcdServer etcd() {
    return etcd;
  }

  /** The names of the stored backups, oldest first. */
  List<String> names() throws IOException {
    return BackupService.builder(store).build().list(PROJECT).stream()
        .sorted(Backup.OLDEST_FIRST)
        .map(backup -> backup.key().name())
        .toList();
  }

  /** The lock that the application takes for a backup, asked for by another process. */
  EtcdBackupLock lock() {
    return lock;
  }

  /** Checks that a downloaded snapshot is whole and has what was put into etcd last. */
  void requireNewest(Path file, String key) throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      VerifyReport report = snapshot.verify();
      if (!report.ok()) {
        throw new AssertionError("the downloaded snapshot: " + report.lines());
      }
      if (snapshot.get(key.getBytes(StandardCharsets.UTF_8)).isEmpty()) {
        throw new AssertionError("the downloaded snapshot has no key " + key);
      }
    }
  }

  @Override
  public void close() {
    lock.close();
    client.close();
  }
}
