package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
import dev.etcdbackup.name.BackupKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The decisions of a retention policy about a listing, one for each backup. Making a plan deletes
 * nothing.
 *
 * <p>Backups of one project that have the same {@linkplain dev.etcdbackup.name.BackupName#base base
 * name} are copies of one snapshot in different encodings. The policy receives one of them, so they
 * count once ({@code keepLast(7)} keeps seven base names), and its decision applies to all of them:
 * copies are kept or deleted together, for the same reason.
 *
 * <p>Immutable and thread-safe.
 *
 * @param decisions one for each backup that was planned, in the order of the keys
 */
public record RetentionPlan(List<Decision> decisions) {
  /** Later than every time that a name can have, in seconds. */
  private static final long NEWEST = Instant.parse("+10000-01-03T00:00:00Z").getEpochSecond();

  private static final int NEWEST_BITS = 39; // of all seconds between the years -1 and 10000

  /** Copies the list. */
  public RetentionPlan {
    decisions = List.copyOf(decisions);
  }

  /**
   * Plans a listing with a policy and applies the rules that hold for every policy; see {@link
   * RetentionPolicy#plan}.
   *
   * @param policy what to keep
   * @param backups the complete listing of one or more projects, in any order
   * @param now the time of the planning
   * @return one decision for each backup, in the order of the keys
   * @throws IllegalArgumentException when two of the backups have the same key
   * @throws IllegalStateException when the policy keeps a backup that was not in its input
   */
  public static RetentionPlan of(RetentionPolicy policy, List<Backup> backups, Instant now) {
    List<Backup> inKeyOrder = KeyOrder.of(backups, RetentionPlan::compareDistinct);
    Map<Backup, String> reasons = new HashMap<>();
    Map<String, Map<Series, List<Backup>>> candidates = new LinkedHashMap<>(); // by project
    Map<String, List<Backup>> changes = new LinkedHashMap<>(); // by project
    Series last = null;
    List<Backup> ofLast = List.of();
    for (Backup backup : inKeyOrder) {
      if (backup.kind() == BackupKind.CHANGES) {
        changes.computeIfAbsent(backup.key().project(), first -> new ArrayList<>()).add(backup);
      } else if (!backup.kind().hasSeries()) {
        reasons.put(backup, "not a periodic or tarball name");
      } else if (backup.isDatedAhead(now)) {
        reasons.put(backup, "dated in the future");
      } else {
        if (last == null || !backup.isOf(last)) {
          last = backup.series().orElseThrow();
          ofLast =
              candidates
                  .computeIfAbsent(last.project(), first -> new LinkedHashMap<>())
                  .computeIfAbsent(last, first -> new ArrayList<>());
        }
        ofLast.add(backup);
      }
    }
    candidates.values().forEach(project -> reasons.putAll(plan(policy, project, now)));
    changes.forEach(
        (project, recorded) ->
            reasons.putAll(
                ChangesRetention.keep(recorded, keptOf(project, reasons.keySet()), now)));
    List<Decision> decisions = new ArrayList<>(inKeyOrder.size());
    for (Backup backup : inKeyOrder) {
      String reason = reasons.get(backup);
      decisions.add(
          new Decision(backup, reason != null, reason != null ? reason : without(backup)));
    }
    return new RetentionPlan(decisions);
  }

  private static String without(Backup backup) {
    return backup.kind() == BackupKind.CHANGES
        ? "changes older than every backup that is kept"
        : "no rule keeps it";
  }

  private static List<Backup> keptOf(String project, Collection<Backup> kept) {
    return kept.stream().filter(one -> one.key().project().equals(project)).toList();
  }

  /**
   * Adds decisions about recorded changes to a plan that is about some of the backups of a project
   * alone. What the plan does not delete counts as kept.
   *
   * @param listing the complete listing of the project
   * @param now the time of the planning
   * @return the plan with a decision for each object of changes, after the others
   */
  public RetentionPlan withChanges(List<Backup> listing, Instant now) {
    Set<Backup> deleted = new HashSet<>(toDelete());
    List<Backup> kept = listing.stream().filter(one -> !deleted.contains(one)).toList();
    List<Backup> changes =
        listing.stream().filter(one -> one.kind() == BackupKind.CHANGES).toList();
    Map<Backup, String> reasons = ChangesRetention.keep(changes, kept, now);
    List<Decision> all = new ArrayList<>(decisions);
    for (Backup one : changes) {
      String reason = reasons.get(one);
      all.add(new Decision(one, reason != null, reason != null ? reason : without(one)));
    }
    return new RetentionPlan(all);
  }

  /**
   * Returns the backups that are kept.
   *
   * @return the backups in the order of their keys
   */
  public List<Backup> toKeep() {
    return decisions.stream().filter(Decision::keep).map(Decision::backup).toList();
  }

  /**
   * Returns the backups that are to be deleted.
   *
   * @return the backups in the order of their keys
   */
  public List<Backup> toDelete() {
    return decisions.stream().filter(one -> !one.keep()).map(Decision::backup).toList();
  }

  /** Plans the backups of one project that have a series and a time. */
  private static Map<Backup, String> plan(
      RetentionPolicy policy, Map<Series, List<Backup>> project, Instant now) {
    Map<Series, List<Backup>> firstCopies = new LinkedHashMap<>();
    for (Map.Entry<Series, List<Backup>> series : project.entrySet()) {
      series.setValue(newestFirst(series.getValue())); // copies of one base name are adjacent
      firstCopies.put(series.getKey(), firstCopies(series.getValue()));
    }
    Map<Backup, String> kept = policy.keepInProject(Collections.unmodifiableMap(firstCopies), now);
    Map<Backup, String> reasons = new HashMap<>();
    int known = 0;
    for (Map.Entry<Series, List<Backup>> series : project.entrySet()) {
      List<Backup> firsts = firstCopies.getOrDefault(series.getKey(), List.of());
      int next = 0;
      String reason = null;
      for (Backup backup : series.getValue()) {
        if (next < firsts.size() && backup.equals(firsts.get(next))) { // else a copy of that before
          reason = kept.get(backup);
          known += reason != null ? 1 : 0;
          reason = reason == null && next == 0 ? "the newest of its series" : reason;
          next++;
        }
        if (reason != null) {
          reasons.put(backup, reason);
        }
      }
    }
    if (known < kept.size()) {
      throw wrong(policy, kept, firstCopies.values());
    }
    return reasons;
  }

  private static List<Backup> newestFirst(List<Backup> series) {
    long[] ages = new long[series.size()];
    for (int i = 0; i < ages.length; i++) {
      ages[i] = NEWEST - series.get(i).time().orElseThrow().getEpochSecond();
    }
    return NumberedSort.of(series, NEWEST_BITS, ages, Backup.OLDEST_FIRST.reversed());
  }

  private static List<Backup> firstCopies(List<Backup> series) {
    List<Backup> first = new ArrayList<>(series.size());
    for (int i = 0; i < series.size(); i++) {
      if (i == 0 || !isCopy(series.get(i), series.get(i - 1))) {
        first.add(series.get(i));
      }
    }
    return Collections.unmodifiableList(first);
  }

  private static boolean isCopy(Backup one, Backup other) {
    return one.name().compareAge(other.name()) == 0 // much cheaper, and true of copies
        && one.name().base().equals(other.name().base());
  }

  /**
   * Compares keys that must differ: a sort compares all that will be adjacent, so it finds equal
   * ones.
   */
  private static int compareDistinct(Backup one, Backup other) {
    int order = one.key().compareTo(other.key());
    if (order == 0) {
      throw new IllegalArgumentException(
          "backups must have distinct keys, and two have " + one.key());
    }
    return order;
  }

  /** What is wrong with a policy that keeps what it did not receive, or gives no reason. */
  private static IllegalStateException wrong(
      RetentionPolicy policy, Map<Backup, String> kept, Collection<List<Backup>> series) {
    Set<Backup> received = new HashSet<>();
    series.forEach(received::addAll);
    Map.Entry<Backup, String> wrong =
        kept.entrySet().stream()
            .filter(one -> one.getValue() == null || !received.contains(one.getKey()))
            .findFirst()
            .orElseThrow();
    boolean isStranger = !received.contains(wrong.getKey());
    return new IllegalStateException(
        "policy '"
            + policy
            + "' keeps "
            + wrong.getKey().key()
            + (isStranger ? ", which was not in its input" : " without a reason"));
  }
}
