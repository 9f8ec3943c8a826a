package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.Verification;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.catalogue.ForeignBackup;
import dev.etcdbackup.catalogue.ForeignBackup.Role;
import dev.etcdbackup.catalogue.ForeignFormat;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prunes the backups of other tools. Nothing else in this library deletes them, and this only the
 * formats that it is given.
 *
 * <p>A policy decides about each series of a format by itself, with the same rules as for this
 * library's backups: the newest is kept, and so is what is dated more than an hour ahead.
 * Companions are deleted with their snapshot. Increments, companions without a snapshot, and what
 * is pinned are kept.
 *
 * <p>Thread-safe.
 */
public final class ForeignPruning {
  private static final Logger LOG = LoggerFactory.getLogger(BackupService.class);

  private final BackupService service;
  private final BackupStore store;
  private final Catalogue catalogue;

  /**
   * Creates the pruning of a store.
   *
   * @param service lists and verifies the backups of the store
   * @param store the store
   * @param catalogue recognises the names
   */
  public ForeignPruning(BackupService service, BackupStore store, Catalogue catalogue) {
    this.service = Objects.requireNonNull(service, "service");
    this.store = Objects.requireNonNull(store, "store");
    this.catalogue = Objects.requireNonNull(catalogue, "catalogue");
  }

  /** The backups among which a policy chooses. */
  private record Series(String format, String series) {}

  /**
   * Plans and deletes nothing.
   *
   * @param project the whole project
   * @param formats the formats whose backups may be deleted
   * @param policy what to keep
   * @param now the current time
   * @return the decisions
   * @throws IllegalArgumentException when the project cannot be part of a key
   * @throws StoreException when the listing is incomplete, has a key twice or one of another
   *     project
   */
  public ForeignPrunePlan plan(
      String project, Set<ForeignFormat> formats, RetentionPolicy policy, Instant now)
      throws BackupException {
    BackupKey.requireProject(project);
    List<ForeignBackup> found = list(project, formats);
    Map<Series, List<ForeignBackup>> series =
        new TreeMap<>(Comparator.comparing(Series::format).thenComparing(Series::series));
    for (ForeignBackup one : found) {
      if (one.isSnapshot()) {
        Series of = new Series(one.format().label(), one.series());
        series.computeIfAbsent(of, first -> new ArrayList<>()).add(one);
      }
    }
    Map<BackupKey, Decision> decided = new HashMap<>();
    List<Backup> newestKept = new ArrayList<>();
    for (List<ForeignBackup> one : series.values()) {
      one.sort(ForeignBackup.OLDEST_FIRST);
      decide(one, policy, now, decided, newestKept);
    }
    Map<BackupKey, BackupNote> pins = pins(project);
    decided.replaceAll((key, one) -> pinned(one, pins));
    List<Decision> all = complete(found, decided).stream().map(one -> pinned(one, pins)).toList();
    return new ForeignPrunePlan(new RetentionPlan(all), newestKept);
  }

  /**
   * Deletes what a plan does not keep.
   *
   * @param plan the plan, which a person confirmed by its {@linkplain ForeignPrunePlan#code code}
   * @param unverified whether not to verify first, in each series of which something is deleted,
   *     the newest backup that is kept
   * @return what was done; a backup that the store did not delete is in there, not thrown
   * @throws CorruptBackupException when one of those is not good; nothing was deleted
   * @throws BackupNotFoundException when one of those was deleted meanwhile; nothing else was
   *     deleted
   * @throws StoreException when one of those or the pins cannot be read, or one of the backups was
   *     pinned after the plan was made: then nothing was deleted; or when the store failed as a
   *     whole while it deleted: then some backups may be
   */
  public PruneReport prune(ForeignPrunePlan plan, boolean unverified) throws BackupException {
    List<BackupKey> keys = plan.keysToDelete();
    if (keys.isEmpty()) {
      return new PruneReport(plan.decisions(), Set.of(), Map.of());
    }
    if (!unverified) {
      for (Backup kept : plan.newestKept()) {
        requireGood(kept);
      }
    }
    requireNotPinned(keys);
    DeleteResult result = store.delete(keys);
    forgetNotes(result.gone());
    return new PruneReport(plan.decisions(), result.gone(), result.refused());
  }

  /** A later backup of the same name is another one: a bad mark, for example, is not about it. */
  private void forgetNotes(Set<BackupKey> gone) {
    for (String project : gone.stream().map(BackupKey::project).distinct().toList()) {
      try {
        service.notes().forget(project, gone);
      } catch (BackupException e) {
        LOG.warn("{} was pruned, but notes on deleted backups were not deleted", project, e);
      }
    }
  }

  private Map<BackupKey, BackupNote> pins(String project) throws BackupException {
    Map<BackupKey, BackupNote> pins = new HashMap<>();
    for (BackupNote pin : service.notes().list(project, kind -> kind == BackupNote.Kind.PIN)) {
      pins.put(pin.key(), pin);
    }
    return pins;
  }

  /** Keeps what is pinned: a snapshot or a companion. */
  private static Decision pinned(Decision one, Map<BackupKey, BackupNote> pins) {
    BackupNote pin = pins.get(one.backup().key());
    return pin == null ? one : new Decision(one.backup(), true, pin.toString());
  }

  /** Between a plan and its end a person has looked at it, and backups were verified. */
  private void requireNotPinned(List<BackupKey> keys) throws BackupException {
    Set<BackupKey> deleted = Set.copyOf(keys);
    for (String project : keys.stream().map(BackupKey::project).distinct().toList()) {
      for (BackupKey pinned : pins(project).keySet()) {
        if (deleted.contains(pinned)) {
          throw new StoreException(
              pinned + " was pinned meanwhile; nothing was deleted, plan again", null);
        }
      }
    }
  }

  private void requireGood(Backup kept) throws BackupException {
    Verification found = service.verify(kept);
    if (!found.ok()) {
      throw new CorruptBackupException(
          kept.key()
              + ", the newest that would be kept, does not verify ("
              + String.join("; ", found.problems())
              + "); nothing was deleted");
    }
  }

  private List<ForeignBackup> list(String project, Set<ForeignFormat> formats)
      throws BackupException {
    List<ForeignBackup> found = new ArrayList<>();
    Set<BackupKey> seen = new HashSet<>();
    for (Backup backup : service.list(project)) {
      if (!seen.add(backup.key()) || !backup.key().project().equals(project)) {
        throw new StoreException(
            "the listing of "
                + project
                + " has "
                + backup.key()
                + " twice or wrongly; nothing was pruned",
            null);
      }
      catalogue.find(backup).filter(one -> formats.contains(one.format())).ifPresent(found::add);
    }
    return found;
  }

  /** Lets the policy choose among stand-ins that have the same times, order and sizes. */
  private static void decide(
      List<ForeignBackup> oldestFirst,
      RetentionPolicy policy,
      Instant now,
      Map<BackupKey, Decision> decided,
      List<Backup> newestKept) {
    Map<BackupKey, ForeignBackup> originals = new HashMap<>();
    List<Backup> standIns = new ArrayList<>();
    for (int i = 0; i < oldestFirst.size(); i++) {
      Backup standIn = standIn(oldestFirst.get(i), i);
      originals.put(standIn.key(), oldestFirst.get(i));
      standIns.add(standIn);
    }
    boolean deletes = false;
    ForeignBackup newest = oldestFirst.get(0);
    for (Decision one : policy.plan(standIns, now).decisions()) {
      ForeignBackup original = Objects.requireNonNull(originals.get(one.backup().key()));
      decided.put(original.key(), new Decision(original.backup(), one.keep(), one.reason()));
      deletes |= !one.keep();
      if (one.keep()
          && !original.isDatedAhead(now)
          && ForeignBackup.OLDEST_FIRST.compare(original, newest) > 0) {
        newest = original;
      }
    }
    if (deletes) {
      newestKept.add(newest.backup());
    }
  }

  private static Backup standIn(ForeignBackup of, int index) {
    String name = BackupName.periodic("foreign", index, of.time()).text();
    StoredBackup stored =
        new StoredBackup(
            BackupKey.of("foreign", name),
            of.backup().stored().size(),
            of.backup().stored().lastModified(),
            of.backup().stored().version());
    return Backup.of(stored, ZoneOffset.UTC);
  }

  /** Adds the decisions about increments and companions. */
  private static List<Decision> complete(
      List<ForeignBackup> found, Map<BackupKey, Decision> decided) {
    Map<String, Decision> groups = new HashMap<>();
    for (ForeignBackup one : found) {
      Decision decision = decided.get(one.key());
      if (decision != null && !one.group().isEmpty()) {
        groups.put(one.format().label() + ' ' + one.group(), decision);
      }
    }
    List<Decision> all = new ArrayList<>();
    for (ForeignBackup one : found) {
      Decision own = decided.get(one.key());
      Decision snapshot = groups.get(one.format().label() + ' ' + one.group());
      if (own != null) {
        all.add(own);
      } else if (one.role() == Role.INCREMENT) {
        all.add(new Decision(one.backup(), true, "an increment"));
      } else if (snapshot == null) {
        all.add(new Decision(one.backup(), true, "belongs to no snapshot"));
      } else {
        String reason = snapshot.keep() ? "its snapshot is kept" : "its snapshot is deleted";
        all.add(new Decision(one.backup(), snapshot.keep(), reason));
      }
    }
    return all;
  }
}
