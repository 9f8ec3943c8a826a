package dev.etcdbackup.snapshot.bbolt;

/** Pages seen so far, one bit each. */
final class PageSet {
  private final long[] bits;

  PageSet(long pages) {
    this.bits = new long[Math.toIntExact((pages + 63) >>> 6)];
  }

  /** Returns whether it was not there yet. */
  boolean add(long page) {
    int word = (int) (page >>> 6);
    long bit = 1L << page;
    boolean added = (bits[word] & bit) == 0;
    bits[word] |= bit;
    return added;
  }

  boolean contains(long page) {
    return (bits[(int) (page >>> 6)] & 1L << page) != 0;
  }

  long size() {
    long size = 0;
    for (long word : bits) {
      size += Long.bitCount(word);
    }
    return size;
  }
}
