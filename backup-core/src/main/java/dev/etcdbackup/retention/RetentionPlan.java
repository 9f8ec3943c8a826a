package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.name.BackupKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * @param decisions one for each backup that was planned, in the order of the keys, as {@link #of}
 *     makes them
 */
public record RetentionPlan(List<Decision> decisions) {
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
   * @throws IllegalStateException when the policy keeps a backup that was not in its input, or
   *     gives no reason
   */
  public static RetentionPlan of(RetentionPolicy policy, List<Backup> backups, Instant now) {
    Objects.requireNonNull(policy, "policy");
    Objects.requireNonNull(now, "now");
    return new RetentionPlan(new Planning(policy, backups, now).decide());
  }

  /** The reason of a decision to delete. */
  static String without(boolean changes) {
    return changes ? "changes older than every backup that is kept" : "no rule keeps it";
  }

  /**
   * Adds decisions about recorded changes to a plan that is about some of the backups of a project
   * alone and has none about changes yet. What the plan does not delete counts as kept.
   *
   * @param listing the complete listing of the project
   * @param now the time of the planning
   * @return the plan with a decision for each object of changes, after the others
   * @throws IllegalStateException when the plan has a decision about changes already
   */
  public RetentionPlan withChanges(List<Backup> listing, Instant now) {
    Objects.requireNonNull(now, "now");
    if (decisions.stream().anyMatch(one -> one.backup().kind() == BackupKind.CHANGES)) {
      throw new IllegalStateException("the plan has decisions about changes already");
    }
    Set<Backup> deleted = new HashSet<>(toDelete());
    List<Backup> kept = listing.stream().filter(one -> !deleted.contains(one)).toList();
    List<Backup> changes =
        listing.stream().filter(one -> one.kind() == BackupKind.CHANGES).toList();
    Map<Backup, String> reasons = ChangesRetention.keep(changes, kept, now);
    List<Decision> all = new ArrayList<>(decisions);
    for (Backup one : changes) {
      String reason = reasons.get(one);
      all.add(new Decision(one, reason != null, reason != null ? reason : without(true)));
    }
    return new RetentionPlan(all);
  }

  /**
   * Returns the backups that are kept.
   *
   * @return the backups in the order of the decisions
   */
  public List<Backup> toKeep() {
    return decisions.stream().filter(Decision::keep).map(Decision::backup).toList();
  }

  /**
   * Returns the backups that are to be deleted.
   *
   * @return the backups in the order of the decisions
   */
  public List<Backup> toDelete() {
    return decisions.stream().filter(one -> !one.keep()).map(Decision::backup).toList();
  }
}
