package dev.etcdbackup.snapshot;

/**
 * The result of comparing the history in a snapshot with that of a live cluster.
 *
 * @param outcome the answer
 * @param reason why, in one line
 */
public record HashComparison(Outcome outcome, String reason) {
  /** The answers there are. */
  public enum Outcome {
    /** They hold the same. */
    EQUAL,
    /** They do not. */
    DIFFERENT,
    /** The question has no answer: what would have to be hashed is gone on one side. */
    NOT_COMPARABLE
  }

  static HashComparison notComparable(String reason) {
    return new HashComparison(Outcome.NOT_COMPARABLE, reason);
  }
}
