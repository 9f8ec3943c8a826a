package dev.etcdbackup.snapshot;

/**
 * The result of comparing the history in a snapshot with that of a live cluster.
 *
 * @param outcome the answer
 * @param reason why, in one line
 */
public record HashComparison(Outcome outcome, String reason) {
  /** The possible results. */
  public enum Outcome {
    /** Both hold the same history. */
    EQUAL,
    /** Their histories differ. */
    DIFFERENT,
    /** They cannot be compared: one side no longer holds what would have to be hashed. */
    NOT_COMPARABLE
  }

  static HashComparison notComparable(String reason) {
    return new HashComparison(Outcome.NOT_COMPARABLE, reason);
  }
}
