package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupNote.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Plans with a policy and with the notes on the backups. Notes make a plan keep more, never less:
 *
 * <ul>
 *   <li>a backup that is marked bad does not count: the policy selects among the others, and then
 *       the bad ones that it keeps among all stay too;
 *   <li>the newest backup of a series that was verified stays, of those not dated in the future;
 *   <li>pinned backups stay, and their copies in other encodings.
 * </ul>
 */
final class NotedPlan {
  private final Map<BackupKey, BackupNote> bad;
  private final Map<BackupKey, BackupNote> pins;
  private final Set<BackupKey> verified;

  NotedPlan(List<BackupNote> notes) {
    this.bad = byKey(notes, Kind.BAD);
    this.pins = byKey(notes, Kind.PIN);
    this.verified = new HashSet<>(byKey(notes, Kind.VERIFIED).keySet());
    verified.addAll(byKey(notes, Kind.DRILLED).keySet());
  }

  boolean isBad(Backup backup) {
    return bad.containsKey(backup.key());
  }

  /** One for each key: of several pins the one that holds longest. */
  private static Map<BackupKey, BackupNote> byKey(List<BackupNote> notes, Kind kind) {
    return notes.stream()
        .filter(one -> one.kind() == kind)
        .collect(
            Collectors.toMap(
                BackupNote::key, Function.identity(), (a, b) -> end(a).isBefore(end(b)) ? b : a));
  }

  private static Instant end(BackupNote note) {
    return note.until().orElse(Instant.MAX);
  }

  RetentionPlan of(RetentionPolicy policy, List<Backup> backups, Instant now) {
    RetentionPlan all = RetentionPlan.of(policy, backups, now);
    Set<String> badNames = badNames(backups);
    if (badNames.isEmpty()) {
      return keeping(all, now);
    }
    List<Backup> good = backups.stream().filter(b -> !badNames.contains(snapshot(b))).toList();
    Map<BackupKey, Decision> amongGood =
        RetentionPlan.of(policy, good, now).decisions().stream()
            .collect(Collectors.toMap(one -> one.backup().key(), Function.identity()));
    List<Decision> decisions = new ArrayList<>(all.decisions().size());
    for (Decision one : all.decisions()) {
      Decision other = amongGood.get(one.backup().key());
      decisions.add(
          other == null
              ? new Decision(one.backup(), one.keep(), "marked bad; " + one.reason())
              : other.keep() ? other : one);
    }
    return keeping(new RetentionPlan(decisions), now);
  }

  /**
   * Keeps the pinned backups, the newest verified one and the changes that continue it, even when a
   * plan deletes them.
   */
  RetentionPlan keeping(RetentionPlan plan, Instant now) {
    Map<String, String> reasons = new HashMap<>();
    newestVerified(plan, now).forEach(one -> reasons.put(snapshot(one), "the newest verified"));
    for (Decision one : plan.decisions()) {
      BackupNote pin = pins.get(one.backup().key());
      if (pin != null) {
        reasons.put(snapshot(one.backup()), pin.toString());
      }
    }
    if (reasons.isEmpty()) {
      return plan;
    }
    List<Decision> decisions = new ArrayList<>(plan.decisions().size());
    for (Decision one : plan.decisions()) {
      String reason = reasons.get(snapshot(one.backup()));
      boolean verifiedOnly = reason != null && reason.equals("the newest verified");
      decisions.add(
          reason == null || (verifiedOnly && one.keep())
              ? one
              : new Decision(one.backup(), true, reason));
    }
    return withChanges(decisions, now);
  }

  private static RetentionPlan withChanges(List<Decision> decisions, Instant now) {
    List<Backup> all = decisions.stream().map(Decision::backup).toList();
    List<Decision> others =
        decisions.stream().filter(one -> one.backup().kind() != BackupKind.CHANGES).toList();
    Map<BackupKey, Decision> changes =
        new RetentionPlan(others)
            .withChanges(all, now).decisions().stream()
                .filter(one -> one.keep() && one.backup().kind() == BackupKind.CHANGES)
                .collect(Collectors.toMap(one -> one.backup().key(), Function.identity()));
    return new RetentionPlan(
        decisions.stream()
            .map(one -> one.keep() ? one : changes.getOrDefault(one.backup().key(), one))
            .toList());
  }

  private List<Backup> newestVerified(RetentionPlan plan, Instant now) {
    Map<Object, Backup> newest = new HashMap<>();
    for (Decision one : plan.decisions()) {
      Backup backup = one.backup();
      if (verified.contains(backup.key())
          && !isBad(backup)
          && backup.kind().hasSeries()
          && !backup.isDatedAhead(now)) {
        newest.merge(
            backup.series().orElseThrow(),
            backup,
            (a, b) -> Backup.OLDEST_FIRST.compare(a, b) > 0 ? a : b);
      }
    }
    return List.copyOf(newest.values());
  }

  /** The snapshots of which all copies are marked bad. */
  private Set<String> badNames(List<Backup> backups) {
    Set<String> names = new HashSet<>();
    bad.keySet()
        .forEach(
            key ->
                backups.stream()
                    .filter(one -> one.key().equals(key))
                    .forEach(one -> names.add(snapshot(one))));
    if (!names.isEmpty()) {
      backups.stream().filter(one -> !isBad(one)).forEach(one -> names.remove(snapshot(one)));
    }
    return names;
  }

  private static String snapshot(Backup backup) {
    return backup.key().project() + '/' + backup.name().base();
  }
}
