package dev.etcdbackup.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * Which keys are taken: those in one of the included ranges, or all keys when no range is included,
 * without those in an excluded range.
 *
 * <p>Immutable and thread-safe. A key is compared with each range in turn, so a selection is meant
 * for tens of ranges, not thousands.
 */
public final class KeySelection {
  private static final KeySelection ALL = new KeySelection(List.of(), List.of());

  private final List<KeyRange> included;
  private final List<KeyRange> excluded;

  private KeySelection(List<KeyRange> included, List<KeyRange> excluded) {
    this.included = included;
    this.excluded = excluded;
  }

  /**
   * All keys.
   *
   * @return the selection
   */
  public static KeySelection all() {
    return ALL;
  }

  /**
   * Takes the keys of a range too; the first included range replaces all keys.
   *
   * @param range the range
   * @return a new selection
   */
  public KeySelection including(KeyRange range) {
    return new KeySelection(plus(included, range), excluded);
  }

  /**
   * Leaves out the keys of a range, whether they are included or not.
   *
   * @param range the range
   * @return a new selection
   */
  public KeySelection excluding(KeyRange range) {
    return new KeySelection(included, plus(excluded, range));
  }

  /**
   * Whether no key is left out.
   *
   * @return true when no range was included or excluded
   */
  public boolean isAll() {
    return included.isEmpty() && excluded.isEmpty();
  }

  /**
   * Whether a key is taken.
   *
   * @param key the key
   * @return true when it is
   */
  public boolean contains(byte[] key) {
    return contains(key, 0, key.length);
  }

  boolean contains(byte[] array, int from, int to) {
    return (included.isEmpty() || isIn(included, array, from, to))
        && !isIn(excluded, array, from, to);
  }

  private static boolean isIn(List<KeyRange> ranges, byte[] array, int from, int to) {
    for (KeyRange range : ranges) { // no stream: asked for each of millions of events
      if (range.contains(array, from, to)) {
        return true;
      }
    }
    return false;
  }

  private static List<KeyRange> plus(List<KeyRange> ranges, KeyRange range) {
    List<KeyRange> more = new ArrayList<>(ranges);
    more.add(range);
    return List.copyOf(more);
  }

  /** The ranges in hex. */
  @Override
  public String toString() {
    return (included.isEmpty() ? "all keys" : included.toString())
        + (excluded.isEmpty() ? "" : " without " + excluded);
  }
}
