package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;

/**
 * Looks at the leaf pages of a database as they pass, in the order of the file: those of all
 * buckets, and old ones that no bucket has any more.
 */
@FunctionalInterface
public interface LeafCheck {
  /** The pairs are to be read again. */
  int UNKNOWN = 0;

  /**
   * Looks at a leaf. Its keys are in order.
   *
   * @param leaf its pairs, one or more; good until this returns
   * @return which kind of pairs they all are, a number of the caller's from 1 to 127, when each of
   *     them is good as one of that kind: a walk is told of this, of the first and of the last key
   *     and of nothing more; {@link #UNKNOWN} otherwise, so that the whole page is kept
   * @throws IOException when they cannot be read
   */
  int kindOf(Leaf leaf) throws IOException;
}
