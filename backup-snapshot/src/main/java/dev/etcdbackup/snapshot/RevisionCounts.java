package dev.etcdbackup.snapshot;

import java.util.Arrays;

/**
 * How many events there are of each key of a {@link KeyIndex}. Takes 4 bytes for each 8 of the
 * index, in pieces that are as small as its chunks, and for the same reason.
 */
final class RevisionCounts {
  private static final int PIECE = KeyIndex.UNITS_PER_CHUNK;

  private int[][] pieces = new int[16][];

  /** Counts an event of an entry's key, and returns how many there are so far. */
  int increment(int entry) {
    int piece = entry / PIECE;
    if (piece >= pieces.length) {
      pieces = Arrays.copyOf(pieces, Math.max(2 * pieces.length, piece + 1));
    }
    if (pieces[piece] == null) {
      pieces[piece] = new int[PIECE];
    }
    return ++pieces[piece][entry % PIECE];
  }

  /** How many events of an entry's key were counted; it was counted once at least. */
  int of(int entry) {
    return pieces[entry / PIECE][entry % PIECE];
  }
}
