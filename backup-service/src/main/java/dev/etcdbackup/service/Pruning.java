package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.Series;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Deletes what a plan does not keep: the most careful thing this library does. */
final class Pruning {
  private final BackupService service;
  private final BackupStore store;
  private final InstantSource clock;

  Pruning(BackupService service, BackupStore store, InstantSource clock) {
    this.service = service;
    this.store = store;
    this.clock = clock;
  }

  RetentionPlan plan(String project, RetentionPolicy policy) throws BackupException {
    BackupKey.requireProject(project);
    return RetentionPlan.of(policy, list(project), clock.instant());
  }

  /** The listing, which is not to be relied on when it has a key twice. */
  private List<Backup> list(String project) throws BackupException {
    List<Backup> listed = service.list(project);
    Set<BackupKey> seen = new HashSet<>();
    for (Backup backup : listed) {
      if (!seen.add(backup.key())) {
        throw new StoreException(
            "the listing of " + project + " has " + backup.key() + " twice; nothing was pruned",
            null);
      }
      if (!backup.key().project().equals(project)) {
        throw new StoreException(
            "the listing of " + project + " has " + backup.key() + "; nothing was pruned", null);
      }
    }
    return listed;
  }

  PruneReport prune(String project, RetentionPolicy policy, boolean verifyFirst)
      throws BackupException {
    RetentionPlan plan = plan(project, policy);
    if (verifyFirst) {
      verifyNewestKept(plan, clock.instant());
    }
    return delete(plan);
  }

  PruneReport pruneAfter(BackupResult result, RetentionPolicy policy) throws BackupException {
    Optional<Series> series = result.backup().series();
    if (series.isEmpty()) {
      return new PruneReport(new RetentionPlan(List.of()), Set.of(), Map.of());
    }
    List<Backup> listed =
        list(series.get().project()).stream().filter(b -> b.series().equals(series)).toList();
    if (listed.stream().noneMatch(b -> b.key().equals(result.key()))) {
      throw new StoreException(
          "the listing of "
              + series.get().project()
              + " lacks "
              + result.key()
              + " just stored, so it is not complete; nothing was pruned",
          null);
    }
    RetentionPlan plan = RetentionPlan.of(policy, listed, clock.instant());
    List<Decision> spared =
        plan.decisions().stream()
            .map(
                d ->
                    d.backup().key().equals(result.key()) && !d.keep()
                        ? new Decision(d.backup(), true, "made by this run")
                        : d)
            .toList();
    return delete(new RetentionPlan(spared));
  }

  private void verifyNewestKept(RetentionPlan plan, Instant now) throws BackupException {
    Set<Optional<Series>> losing =
        plan.decisions().stream()
            .filter(d -> !d.keep())
            .map(d -> d.backup().series())
            .collect(Collectors.toSet());
    for (Optional<Series> series : losing) {
      Backup newest =
          plan.decisions().stream()
              .filter(Decision::keep)
              .map(Decision::backup)
              .filter(b -> b.series().equals(series) && !b.isDatedAhead(now))
              .max(Backup.OLDEST_FIRST)
              .orElseThrow(() -> new IllegalStateException("a plan keeps nothing of " + series));
      Verification found = service.verify(newest);
      if (!found.ok()) {
        throw new CorruptBackupException(
            newest.key()
                + ", the newest that would be kept, does not verify ("
                + String.join("; ", found.problems())
                + "); nothing was deleted");
      }
    }
  }

  private PruneReport delete(RetentionPlan plan) throws BackupException {
    List<BackupKey> keys =
        plan.decisions().stream().filter(d -> !d.keep()).map(d -> d.backup().key()).toList();
    if (keys.isEmpty()) {
      return new PruneReport(plan, Set.of(), Map.of());
    }
    DeleteResult result = store.delete(keys);
    return new PruneReport(plan, result.gone(), result.refused());
  }
}
