package dev.etcdbackup.snapshot;

import java.io.IOException;
import java.util.Arrays;
import java.util.NoSuchElementException;

/**
 * A cursor over the differences between two sets of keys, in the order of the keys. A key differs
 * when its value or its lease does; one that was put again with the same value does not.
 *
 * <p>For one thread. Reads the values of keys that are in both sets and equally long, one at a
 * time.
 */
public final class DiffCursor {
  private final KeyCursor before;
  private final KeyCursor after;
  private boolean hasBefore;
  private boolean hasAfter;
  private int order; // of the two keys; at the beginning both are to be moved
  private Change change = Change.NONE;

  /** What became of a key. */
  public enum Change {
    /** It is new. */
    ADDED,
    /** It is gone. */
    REMOVED,
    /** It has another value or another lease. */
    CHANGED,
    /** Where a cursor stands at no key. */
    NONE
  }

  /**
   * Begins a comparison.
   *
   * @param before the keys as they were; not to be moved by others from now on
   * @param after the keys as they are, of the same range; the same holds
   */
  public DiffCursor(KeyCursor before, KeyCursor after) {
    this.before = before;
    this.after = after;
    (before.size() < after.size() ? before : after).quiet();
  }

  /**
   * Goes to the next difference.
   *
   * @return false when there is none
   * @throws IOException when a value cannot be read
   */
  public boolean next() throws IOException {
    do {
      advance();
      change = compare();
    } while (change == Change.NONE && hasBefore && hasAfter);
    return change != Change.NONE;
  }

  /**
   * What became of the key.
   *
   * @return the change
   */
  public Change change() {
    return change;
  }

  /**
   * The key.
   *
   * @return its bytes, a new array
   * @throws NoSuchElementException before {@link #next()} was called, and after it returned false
   */
  public byte[] key() {
    return change == Change.ADDED ? after().key() : before().key();
  }

  /**
   * The key as it was; to be asked, not to be moved.
   *
   * @return the cursor
   * @throws NoSuchElementException when the key is new
   */
  public KeyCursor before() {
    if (change == Change.NONE || change == Change.ADDED) {
      throw new NoSuchElementException("there is no key before");
    }
    return before;
  }

  /**
   * The key as it is; to be asked, not to be moved.
   *
   * @return the cursor
   * @throws NoSuchElementException when the key is gone
   */
  public KeyCursor after() {
    if (change == Change.NONE || change == Change.REMOVED) {
      throw new NoSuchElementException("there is no key after");
    }
    return after;
  }

  private void advance() {
    int was = order;
    if (was <= 0) {
      hasBefore = before.next();
    }
    if (was >= 0) {
      hasAfter = after.next();
    }
  }

  private Change compare() throws IOException {
    if (!hasBefore || !hasAfter) {
      order = hasBefore ? -1 : 1;
      return hasBefore ? Change.REMOVED : hasAfter ? Change.ADDED : Change.NONE;
    }
    order = Arrays.compareUnsigned(before.key(), after.key());
    if (order != 0) {
      return order < 0 ? Change.REMOVED : Change.ADDED;
    }
    boolean same =
        before.lease() == after.lease()
            && before.valueLength() == after.valueLength()
            && Arrays.equals(before.value(), after.value());
    return same ? Change.NONE : Change.CHANGED;
  }
}
