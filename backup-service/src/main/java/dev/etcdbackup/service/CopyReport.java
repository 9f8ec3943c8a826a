package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of copying backups to another store.
 *
 * <p>Immutable and thread-safe.
 *
 * @param copies one for each backup that was to be copied, in the order of the keys
 * @param pruned what was deleted at the target; empty when nothing was to be pruned, or when not
 *     every backup was copied, since nothing is deleted then
 */
public record CopyReport(List<Copied> copies, Optional<PruneReport> pruned) {
  /** What became of one backup. */
  public enum Outcome {
    /** It was copied, whole. */
    COPIED,
    /** The target had it already. */
    PRESENT,
    /** The target has another object of this name; it was not touched. */
    REFUSED,
    /** It does not verify, so it was not copied. */
    CORRUPT,
    /**
     * One of the stores failed, the backup was deleted meanwhile, or it was to be encoded again and
     * a key or an encoding is missing. The next attempt finds out what is there.
     */
    FAILED,
    /** It was not attempted, because a store failed too often in a row. */
    NOT_TRIED
  }

  /**
   * What became of one backup.
   *
   * @param key its key in the source, and in the target unless it was encoded again
   * @param outcome what became of it
   * @param size its size in the source, in bytes
   * @param verified whether it was decoded and its SHA-256 was verified on the way
   * @param detail why it was not copied or not verified, one line; may be empty
   */
  public record Copied(BackupKey key, Outcome outcome, long size, boolean verified, String detail) {
    /** Checks the values. */
    public Copied {
      Objects.requireNonNull(key, "key");
      Objects.requireNonNull(outcome, "outcome");
      Objects.requireNonNull(detail, "detail");
    }
  }

  /** Copies the list. */
  public CopyReport {
    copies = List.copyOf(copies);
    Objects.requireNonNull(pruned, "pruned");
  }

  /**
   * Returns whether the target has every backup that was to be copied.
   *
   * @return true when each was copied or present
   */
  public boolean ok() {
    return count(Outcome.COPIED) + count(Outcome.PRESENT) == copies.size();
  }

  /**
   * Counts the backups with an outcome.
   *
   * @param outcome the outcome
   * @return the number of backups, 0 or more
   */
  public int count(Outcome outcome) {
    return (int) copies.stream().filter(one -> one.outcome() == outcome).count();
  }
}
