package dev.etcdbackup.operator;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.kubernetes.recovery.EtcdStatefulSet;
import dev.etcdbackup.kubernetes.recovery.RestoreProgress;
import dev.etcdbackup.kubernetes.recovery.RestoreState;
import dev.etcdbackup.kubernetes.recovery.RestoreTool;
import dev.etcdbackup.kubernetes.recovery.StatefulSetRestore;
import dev.etcdbackup.recovery.Approval;
import dev.etcdbackup.service.BackupService;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Restores a StatefulSet by Jobs that run the command line tool. The backup is downloaded and
 * verified before anything is stopped; the old volumes are kept. How far it is stands in an
 * annotation of the resource, so that another process goes on with it.
 */
final class StatefulSetRestorer implements Restorer {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final String image;

  /**
   * Creates it.
   *
   * @param client the client
   * @param image the image of the tool, for the Jobs
   */
  StatefulSetRestorer(KubernetesClient client, String image) {
    this.client = client;
    this.image = image;
  }

  @Override
  public void restore(
      Owner owner, String cluster, StoreAddress store, BackupService backups, BackupKey key)
      throws IOException, InterruptedException {
    StatefulSetRestore restore =
        StatefulSetRestore.builder(
                client, EtcdStatefulSet.builder(owner.namespace(), cluster).build(), tool(store))
            .build();
    RestoreProgress progress = new AnnotatedProgress(client, owner);
    Optional<RestoreState> saved = progress.load();
    RestoreState state = saved.isPresent() ? saved.get() : begin(restore, owner, backups, key);
    progress.save(state);
    while (!state.step().isLast()) {
      RestoreState next = restore.advance(state);
      boolean waits = next.step() == state.step();
      if (!next.equals(state)) {
        progress.save(next);
      }
      state = next;
      if (waits) {
        Thread.sleep(BETWEEN_LOOKS.toMillis());
      }
    }
  }

  private static RestoreState begin(
      StatefulSetRestore restore, Owner owner, BackupService backups, BackupKey key)
      throws IOException {
    Path directory = Files.createTempDirectory("etcd-restore");
    Path file = directory.resolve("snapshot.db");
    try {
      backups.download(key, file);
      return restore.begin(Approval.by(owner.toString()), key, file);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    }
  }

  private RestoreTool tool(StoreAddress store) {
    String prefix = store.prefix().isEmpty() ? "" : "/" + store.prefix();
    RestoreTool.Builder tool = RestoreTool.builder(image, "s3://" + store.bucket() + prefix);
    String endpoint = store.endpoint();
    if (endpoint != null) {
      tool.storeArguments("--s3-endpoint", endpoint);
    }
    String secret = store.secret();
    if (secret != null) { // the files of the AWS tool, or variables
      tool.mountSecret(secret, "/etc/aws")
          .environment("AWS_SHARED_CREDENTIALS_FILE", "/etc/aws/credentials")
          .environment("AWS_CONFIG_FILE", "/etc/aws/config")
          .credentialsFrom(secret);
    }
    return tool.build();
  }
}
