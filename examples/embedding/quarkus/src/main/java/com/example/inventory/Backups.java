package com.example.inventory;

import dev.etcdbackup.Backup;
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
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Backs up the application's etcd every hour and keeps the newest three backups. Replicas of the
 * application exclude one another by a lock, which is in another etcd.
 */
@Singleton
public class Backups {
  private static final String PROJECT = "inventory";

  private final S3Client s3;
  private final EtcdBackupLock lock;
  private final BackupService service;
  private final BackupScheduler scheduler;

  Backups(
      @ConfigProperty(name = "etcd.endpoint") String etcd,
      @ConfigProperty(name = "etcd.lock-endpoint") String lockEtcd,
      @ConfigProperty(name = "backups.s3-endpoint") URI s3Endpoint,
      @ConfigProperty(name = "backups.bucket") String bucket) {
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

  void start(@Observes StartupEvent event) {
    scheduler.start();
  }

  void stop(@Observes ShutdownEvent event) {
    scheduler.stop(Duration.ofSeconds(20));
    lock.close();
    s3.close();
  }

  /** Backs up now, beside the schedule. Blocks until the backup is stored or failed. */
  BackupResult backUpNow() throws InterruptedException, ExecutionException {
    return scheduler.trigger(PROJECT).get();
  }

  /** The stored backups, as the library lists them. */
  List<Backup> list() throws BackupException {
    return service.list(PROJECT);
  }

  /** Writes the verified snapshot to a file that does not exist yet. */
  void download(String name, Path target) throws IOException {
    service.download(BackupKey.of(PROJECT, name), target);
  }
}
