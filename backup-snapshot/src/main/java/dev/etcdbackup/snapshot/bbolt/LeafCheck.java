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
   * @return the kind of all its pairs, a number from 1 to 127 that the caller chooses, when each of
   *     them is a good pair of that kind: a later walk receives only this number, the first and the
   *     last key. {@link #UNKNOWN} otherwise: then the whole page is kept
   * @throws IOException when they cannot be read
   */
  int kindOf(Leaf leaf) throws IOException;
}
