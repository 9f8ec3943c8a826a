package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.Series;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes the backups that a plan does not keep, after the checks that protect the newest good one.
 */
final class Pruning {
  private static final Logger LOG = LoggerFactory.getLogger(BackupService.class);

  private final BackupStore store;
  private final ZoneId tarballZone;
  private final InstantSource clock;
  private final BackupNotes notes;

  Pruning(BackupStore store, ZoneId tarballZone, InstantSource clock) {
    this.store = store;
    this.tarballZone = tarballZone;
    this.clock = clock;
    this.notes = BackupNotes.of(store, clock);
  }

  RetentionPlan plan(String project, RetentionPolicy policy) throws BackupException {
    BackupKey.requireProject(project);
    List<Backup> listed = list(project);
    return noted(project).of(policy, listed, clock.instant());
  }

  /** What people and the scheduler noted; read after the listing, so that no pin is missed. */
  private NotedPlan noted(String project) throws BackupException {
    return new NotedPlan(notes.list(project, kind -> kind != BackupNote.Kind.NOTE));
  }

  /** The listing, which is not to be relied on when it has a key twice. */
  private List<Backup> list(String project) throws BackupException {
    List<Backup> listed =
        store.list(project).stream().map(one -> Backup.of(one, tarballZone)).toList();
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

  PruneReport prune(PruneRequest request, NewestGoodSearch.Check check) throws BackupException {
    BackupKey.requireProject(request.project());
    List<Backup> listed = list(request.project());
    NotedPlan noted = noted(request.project());
    RetentionPlan plan = noted.of(request.policy(), listed, clock.instant());
    if (request.verifying()) {
      verifyNewestKept(plan, noted, check);
      // What was pinned during a long verification.
      plan = noted(request.project()).keeping(plan, clock.instant());
    }
    return delete(request.project(), plan);
  }

  PruneReport pruneAfter(BackupResult result, RetentionPolicy policy) throws BackupException {
    Optional<Series> series = result.backup().series();
    if (series.isEmpty()) {
      return new PruneReport(new RetentionPlan(List.of()), Set.of(), Map.of());
    }
    List<Backup> all = list(series.get().project());
    if (all.stream().noneMatch(b -> b.key().equals(result.key()))) {
      throw new StoreException(
          "the listing of "
              + series.get().project()
              + " lacks "
              + result.key()
              + " just stored, so it is not complete; nothing was pruned",
          null);
    }
    NotedPlan noted = noted(series.get().project());
    RetentionPlan plan = noted.of(policy, all, clock.instant());
    List<Decision> spared =
        plan.decisions().stream()
            .filter(d -> d.backup().series().equals(series))
            .map(
                d ->
                    isCopy(d.backup(), result.backup()) && !d.keep()
                        ? new Decision(d.backup(), true, "made by this run")
                        : d)
            .toList();
    return delete(
        series.get().project(),
        noted.keeping(
            new RetentionPlan(spared).withChanges(all, clock.instant()), clock.instant()));
  }

  private void verifyNewestKept(RetentionPlan plan, NotedPlan noted, NewestGoodSearch.Check check)
      throws BackupException {
    Instant now = clock.instant();
    Set<Optional<Series>> losing =
        plan.decisions().stream()
            .filter(d -> !d.keep())
            .map(d -> d.backup().series())
            .filter(Optional::isPresent)
            .collect(Collectors.toCollection(HashSet::new));
    if (plan.toDelete().stream().anyMatch(b -> b.kind() == BackupKind.CHANGES)) {
      plan.toKeep().stream() // changes are of no series; what is kept in their place is
          .filter(b -> b.kind().hasSeries() && !b.isDatedAhead(now) && !noted.isBad(b))
          .max(Backup.OLDEST_FIRST)
          .ifPresent(newest -> losing.add(newest.series()));
    }
    for (Optional<Series> series : losing) {
      List<Backup> kept =
          plan.toKeep().stream()
              .filter(b -> b.series().equals(series) && !b.isDatedAhead(now))
              .filter(b -> !noted.isBad(b))
              .sorted(Backup.OLDEST_FIRST.reversed())
              .toList();
      if (kept.isEmpty()) {
        throw new CorruptBackupException(
            "every backup of series "
                + series.map(Series::prefix).orElse("")
                + " that would be kept is marked bad; nothing was deleted");
      }
      verifyOneOf(kept.stream().filter(one -> isCopy(one, kept.get(0))).toList(), check);
    }
  }

  /** Verifies copies of one base name in different encodings until one of them is good. */
  private static void verifyOneOf(List<Backup> copies, NewestGoodSearch.Check check)
      throws BackupException {
    List<String> problems = new ArrayList<>();
    List<KeyUnavailableException> locked = new ArrayList<>();
    for (Backup copy : copies) {
      try {
        Verification found = check.verify(copy);
        if (found.ok()) {
          return;
        }
        problems.addAll(found.problems());
      } catch (KeyUnavailableException e) {
        locked.add(e);
      }
    }
    if (!locked.isEmpty()) {
      throw locked.get(0);
    }
    throw new CorruptBackupException(
        copies.get(0).key()
            + ", the newest that would be kept, does not verify ("
            + String.join("; ", problems)
            + "); nothing was deleted");
  }

  private static boolean isCopy(Backup one, Backup other) {
    return one.key().project().equals(other.key().project())
        && one.name().base().equals(other.name().base());
  }

  private PruneReport delete(String project, RetentionPlan plan) throws BackupException {
    List<BackupKey> keys =
        plan.decisions().stream().filter(d -> !d.keep()).map(d -> d.backup().key()).toList();
    if (keys.isEmpty()) {
      return new PruneReport(plan, Set.of(), Map.of());
    }
    DeleteResult result = store.delete(keys);
    try {
      notes.forget(project, result.gone());
    } catch (BackupException e) {
      LOG.warn("{} was pruned, but notes on deleted backups were not deleted", project, e);
    }
    return new PruneReport(plan, result.gone(), result.refused());
  }
}
