package com.example.inventory;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.etcd.EtcdBackupLock;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.service.BackupService;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Backs up the application's etcd every hour and keeps the newest three backups. Replicas of the
 * application exclude one another by a lock, which is in another etcd.
 */
public final class Backups implements AutoCloseable {
  private static final String PROJECT = "inventory";

  private final S3Client s3;
  private final EtcdBackupLock lock;
  private final BackupService service;
  private final BackupScheduler scheduler;

  /**
   * Prepares the backups; {@link #start} begins them.
   *
   * @param etcd the endpoint of what is backed up
   * @param lockEtcd the endpoint of the etcd of the lock
   * @param s3Endpoint the S3 server
   * @param bucket the bucket, which must exist
   */
  public Backups(String etcd, String lockEtcd, URI s3Endpoint, String bucket) {
    s3 = S3Clients.forRgw(s3Endpoint).build(); // credentials as for every AWS client
    BackupStore store = S3BackupStore.builder(s3, bucket).build();
    service = BackupService.builder(store).build();
    lock = EtcdBackupLock.builder(EtcdConnection.to(lockEtcd)).build();
    scheduler = BackupScheduler.builder(store).lock(lock).build();
    scheduler.put(
        ScheduledCluster.builder(
                PROJECT, EtcdSnapshotSource.builder(EtcdConnection.to(etcd)).build())
            .schedule(Schedule.every(Duration.ofHours(1)))
            .retention(RetentionPolicy.keepLast(3))
            .build());
  }

  /** With the settings of the environment. */
  public static Backups fromEnvironment() {
    return new Backups(
        System.getenv("ETCD_ENDPOINT"),
        System.getenv("LOCK_ENDPOINT"),
        URI.create(System.getenv("S3_ENDPOINT")),
        System.getenv("BUCKET"));
  }

  /** Begins to back up. */
  public void start() {
    scheduler.start();
  }

  /** A backup under way has 20 seconds to end. */
  @Override
  public void close() {
    scheduler.stop(Duration.ofSeconds(20));
    lock.close();
    s3.close();
  }

  /** Backs up now, beside the schedule; returns the name of the backup when it is stored. */
  public String backUpNow() throws InterruptedException, ExecutionException {
    return scheduler.trigger(PROJECT).get().key().name();
  }

  /** The names of the backups, one a line. */
  public String list() throws BackupException {
    return service.list(PROJECT).stream()
        .map(backup -> backup.key().name() + "\n")
        .collect(Collectors.joining());
  }

  /** The snapshot of a backup, verified. */
  public byte[] download(String name) throws IOException {
    Path directory = Files.createTempDirectory("backup");
    Path file = directory.resolve("snapshot.db");
    try {
      service.download(BackupKey.of(PROJECT, name), file);
      return Files.readAllBytes(file);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(directory);
    }
  }
}
