package dev.etcdbackup.operator;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.schedule.BackupScheduler;
import io.javaoperatorsdk.operator.Operator;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The operator as a process. Takes the bucket from {@code BUCKET} and the S3 server from {@code
 * S3_ENDPOINT}; credentials are the AWS chain's, the cluster that of the pod or of ~/.kube/config.
 * One replica: for more, give the scheduler an {@code EtcdBackupLock}.
 */
public final class OperatorMain {
  private OperatorMain() {}

  /**
   * Runs until SIGTERM; then backups under way have 20 seconds.
   *
   * @param args none
   */
  public static void main(String[] args) {
    S3Client s3 = S3Clients.forRgw(URI.create(environment("S3_ENDPOINT"))).build();
    EtcdBackupReconciler reconciler =
        new EtcdBackupReconciler(
            BackupScheduler.builder(S3BackupStore.builder(s3, environment("BUCKET")).build()),
            OperatorMain::source);
    Operator operator = new Operator();
    operator.register(reconciler);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  operator.stop();
                  reconciler.scheduler().stop(Duration.ofSeconds(20));
                  s3.close();
                }));
    reconciler.scheduler().start();
    operator.start();
  }

  private static SnapshotSource source(EtcdBackupSpec spec) {
    return EtcdSnapshotSource.builder(EtcdConnection.to(spec.members().toArray(String[]::new)))
        .timeout(spec.timeout())
        .build();
  }

  private static String environment(String name) {
    return Objects.requireNonNull(System.getenv(name), () -> "set " + name);
  }
}
