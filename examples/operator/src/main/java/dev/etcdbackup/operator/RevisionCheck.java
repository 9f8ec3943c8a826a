package dev.etcdbackup.operator;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that the data of the API server were restored from a backup. Its revisions are lower
 * then than they were, and a watch that goes on from a higher one tells of nothing until they have
 * grown past that. Only a process that lists all anew sees what there is.
 *
 * <p>Thread-safe.
 */
final class RevisionCheck implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RevisionCheck.class);

  private final Supplier<@Nullable String> newest;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "etcd-backup-revision");
            made.setDaemon(true);
            return made;
          });
  private long highest; // of the thread
  private volatile boolean wentBack;

  /**
   * Creates it.
   *
   * @param newest returns the revision of the API server, not that of a cache; null when it is not
   *     known
   */
  RevisionCheck(Supplier<@Nullable String> newest) {
    this.newest = newest;
  }

  /**
   * Creates one that lists one resource.
   *
   * @param client the client
   * @param namespaces those that may be listed; empty for all
   */
  static RevisionCheck of(KubernetesClient client, Set<String> namespaces) {
    var all = client.resources(EtcdBackupSchedule.class);
    var one = new ListOptionsBuilder().withLimit(1L).build();
    return new RevisionCheck(
        () ->
            (namespaces.isEmpty()
                    ? all.inAnyNamespace().list(one)
                    : all.inNamespace(namespaces.iterator().next()).list(one))
                .getMetadata()
                .getResourceVersion());
  }

  void start(Duration every) {
    var unused =
        thread.scheduleWithFixedDelay(this::look, 0, every.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether the revision was lower once than it had been before. */
  boolean wentBack() {
    return wentBack;
  }

  void look() {
    try {
      String text = newest.get();
      long revision = text == null || !text.matches("\\d{1,18}") ? highest : Long.parseLong(text);
      if (revision < highest && !wentBack) {
        wentBack = true;
        LOG.error(
            "the API server was restored from a backup, for its revision is {} after {}; the"
                + " operator must be started again to see its resources",
            revision,
            highest);
      }
      highest = Math.max(highest, revision);
    } catch (RuntimeException away) {
      LOG.debug("the revision of the API server is not known: {}", away.getMessage());
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
