package dev.etcdbackup.snapshot;

import java.util.Objects;

/**
 * Which part of a history is taken: of which keys, up to which revision, and whether values that
 * were replaced by then are omitted.
 *
 * @param keys which keys; puts and deletions of other keys are left out
 * @param until the last revision that is taken; {@link Revision#LATEST} for all
 * @param latestOnly whether of each key only the put in force at that revision is taken, as after a
 *     compaction there
 */
public record HistorySelection(KeySelection keys, Revision until, boolean latestOnly) {
  /** Everything. */
  public static final HistorySelection ALL =
      new HistorySelection(KeySelection.all(), Revision.LATEST, false);

  /** Checks the values. */
  public HistorySelection {
    Objects.requireNonNull(keys, "keys");
    Objects.requireNonNull(until, "until");
  }

  /**
   * The same of other keys.
   *
   * @param selected which keys
   * @return the selection
   */
  public HistorySelection ofKeys(KeySelection selected) {
    return new HistorySelection(selected, until, latestOnly);
  }

  /**
   * The same up to another revision.
   *
   * @param last the last revision that is taken
   * @return the selection
   */
  public HistorySelection until(Revision last) {
    return new HistorySelection(keys, last, latestOnly);
  }

  /**
   * The same without what was replaced or deleted by the last revision.
   *
   * @return the selection
   */
  public HistorySelection withLatestOnly() {
    return new HistorySelection(keys, until, true);
  }

  /**
   * Whether nothing is left out.
   *
   * @return true when it is everything
   */
  public boolean isAll() {
    return keys.isAll() && until.equals(Revision.LATEST) && !latestOnly;
  }
}
