package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.util.List;

/**
 * What a policy makes of a listing: one decision for each backup, none carried out yet.
 *
 * <p>Immutable and thread-safe.
 *
 * @param decisions one for each backup that was planned, in the order of the keys
 */
public record RetentionPlan(List<Decision> decisions) {
  /** Copies the list. */
  public RetentionPlan {
    decisions = List.copyOf(decisions);
  }

  /**
   * The backups that stay.
   *
   * @return the backups in the order of their keys
   */
  public List<Backup> toKeep() {
    return decisions.stream().filter(Decision::keep).map(Decision::backup).toList();
  }

  /**
   * The backups that are to go.
   *
   * @return the backups in the order of their keys
   */
  public List<Backup> toDelete() {
    return decisions.stream().filter(one -> !one.keep()).map(Decision::backup).toList();
  }
}
