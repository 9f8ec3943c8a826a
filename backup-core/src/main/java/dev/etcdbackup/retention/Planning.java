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
import org.jspecify.annotations.Nullable;

/**
 * The making of one plan.
 *
 * <p>A listing may have 100,000 backups, whose names and times lie all over the heap, so that most
 * of the time of a plan would be spent on waiting for memory. Each key is therefore read once, and
 * then each name. What is asked of them later is in arrays by the place in the listing, and only
 * the few that a policy keeps are looked up by their hash.
 */
final class Planning {
  private final RetentionPolicy policy;
  private final Instant now;
  private final Backup[] backups; // by place in the listing, as are the arrays below
  private final long[] seconds; // of the times in the names, of those that have a series
  private final @Nullable String[] reasons; // of those that are kept
  private final boolean[] changes;

  Planning(RetentionPolicy policy, List<Backup> listing, Instant now) {
    this.policy = policy;
    this.now = now;
    this.backups = listing.toArray(new Backup[0]);
    this.seconds = new long[backups.length];
    this.reasons = new @Nullable String[backups.length];
    this.changes = new boolean[backups.length];
  }

  /** Plans, once. */
  List<Decision> decide() {
    int[] inKeyOrder = KeyOrder.of(keys());
    Map<String, List<SeriesPlaces>> projects = new LinkedHashMap<>();
    boolean hasChanges = sortOut(inKeyOrder, projects);
    projects.values().forEach(this::plan);
    if (hasChanges) {
      planChanges(inKeyOrder);
    }
    List<Decision> decisions = new ArrayList<>(inKeyOrder.length);
    for (int place : inKeyOrder) {
      String reason = reasons[place];
      decisions.add(
          new Decision(
              backups[place],
              reason != null,
              reason != null ? reason : RetentionPlan.without(changes[place])));
    }
    return decisions;
  }

  /** In a loop of its own, which is so small that it waits for many keys at once. */
  private String[] keys() {
    String[] keys = new String[backups.length];
    for (int place = 0; place < keys.length; place++) {
      keys[place] = backups[place].key().toString();
    }
    return keys;
  }

  /**
   * Looks at each backup.
   *
   * @param projects receives the series of each project, all in the order of their first keys
   * @return whether there are changes
   */
  private boolean sortOut(int[] inKeyOrder, Map<String, List<SeriesPlaces>> projects) {
    Map<Series, SeriesPlaces> all = new HashMap<>();
    SeriesPlaces last = null;
    boolean hasChanges = false;
    for (int place : inKeyOrder) {
      Backup backup = backups[place];
      if (backup.kind() == BackupKind.CHANGES) {
        changes[place] = true;
        hasChanges = true;
      } else if (!backup.kind().hasSeries()) {
        reasons[place] = "not a periodic or tarball name";
      } else if (backup.isDatedAhead(now)) {
        reasons[place] = "dated in the future";
      } else {
        if (last == null || !backup.isOf(last.series())) {
          last = all.computeIfAbsent(backup.series().orElseThrow(), SeriesPlaces::new);
        }
        if (last.isEmpty()) {
          projects.computeIfAbsent(last.series().project(), first -> new ArrayList<>()).add(last);
        }
        last.add(place);
        seconds[place] = backup.time().orElseThrow().getEpochSecond();
      }
    }
    return hasChanges;
  }

  /** Plans the backups of one project that have a series and a time. */
  private void plan(List<SeriesPlaces> project) {
    Map<Series, List<Backup>> firstCopies = new LinkedHashMap<>();
    for (SeriesPlaces one : project) {
      one.sortNewestFirst(backups, seconds); // copies of one base name are adjacent
      firstCopies.put(one.series(), one.firstCopies(backups, seconds));
    }
    Map<Backup, String> kept = policy.keepInProject(Collections.unmodifiableMap(firstCopies), now);
    KeptTimes times = new KeptTimes(kept.keySet());
    int known = 0;
    for (SeriesPlaces one : project) {
      List<Backup> firsts = firstCopies.getOrDefault(one.series(), List.of());
      int next = 0;
      String reason = null;
      for (int i = 0; i < one.size(); i++) {
        int place = one.place(i);
        if (next < firsts.size() && backups[place].equals(firsts.get(next))) { // else a copy of it
          reason = times.mayHave(seconds[place]) ? kept.get(backups[place]) : null;
          known += reason != null ? 1 : 0;
          reason = reason == null && next == 0 ? "the newest of its series" : reason;
          next++;
        }
        if (reason != null) {
          reasons[place] = reason;
        }
      }
    }
    if (known < kept.size()) {
      throw wrong(kept, firstCopies.values());
    }
  }

  /** Plans recorded changes, by what is kept of the backups of their project. */
  private void planChanges(int[] inKeyOrder) {
    Map<String, List<Backup>> recorded = new LinkedHashMap<>();
    Map<String, List<Backup>> kept = new HashMap<>();
    for (int place : inKeyOrder) {
      if (changes[place] || reasons[place] != null) {
        (changes[place] ? recorded : kept)
            .computeIfAbsent(backups[place].key().project(), first -> new ArrayList<>())
            .add(backups[place]);
      }
    }
    Map<Backup, String> all = new HashMap<>();
    recorded.forEach(
        (project, of) ->
            all.putAll(ChangesRetention.keep(of, kept.getOrDefault(project, List.of()), now)));
    for (int place : inKeyOrder) {
      if (changes[place]) {
        reasons[place] = all.get(backups[place]);
      }
    }
  }

  /** What is wrong with a policy that keeps what it did not receive, or gives no reason. */
  private IllegalStateException wrong(
      Map<Backup, String> kept, Collection<List<Backup>> allSeries) {
    Set<Backup> received = new HashSet<>();
    allSeries.forEach(received::addAll);
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
