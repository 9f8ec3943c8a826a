package com.example.inventory;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.etcd.EtcdBackupLock;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.service.BackupService;
import io.javaoperatorsdk.operator.Operator;
import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.services.s3.S3Client;

/** The operator as a process. Replicas exclude one another by a lock in an etcd of their own. */
public final class BackupOperator {
  private BackupOperator() {}

  public static void main(String[] args) {
    // Credentials come from the environment or a profile, as for every AWS client.
    S3Client s3 = S3Clients.forRgw(URI.create(System.getenv("S3_ENDPOINT"))).build();
    BackupStore store = S3BackupStore.builder(s3, System.getenv("BUCKET")).build();
    EtcdBackupLock lock =
        EtcdBackupLock.builder(EtcdConnection.to(System.getenv("LOCK_ENDPOINT"))).build();
    BackupScheduler scheduler = BackupScheduler.builder(store).lock(lock).build();

    // A plain patch of the status; leave this line out to have server-side apply.
    Operator operator = new Operator(settings -> settings.withUseSSAToPatchPrimaryResource(false));
    operator.register(new BackupReconciler(scheduler, BackupService.builder(store).build()));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  operator.stop();
                  scheduler.stop(Duration.ofSeconds(20));
                  lock.close();
                  s3.close();
                }));
    scheduler.start();
    operator.start();
  }
}
