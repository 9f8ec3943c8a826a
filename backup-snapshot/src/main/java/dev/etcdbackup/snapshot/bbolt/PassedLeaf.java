package dev.etcdbackup.snapshot.bbolt;

/** A leaf page of which a {@link LeafCheck} found when it passed that its pairs are good. */
public final class PassedLeaf {
  private final int kind;
  private final long pages;
  private final byte[] firstKey;
  private final byte[] lastKey;

  PassedLeaf(int kind, long pages, byte[] firstKey, byte[] lastKey) {
    this.kind = kind;
    this.pages = pages;
    this.firstKey = firstKey;
    this.lastKey = lastKey;
  }

  /**
   * What the check said of the pairs.
   *
   * @return the kind, 1 or more
   */
  public int kind() {
    return kind;
  }

  /** How many pages it takes up with its overflow pages. */
  long pages() {
    return pages;
  }

  /**
   * The key of its first pair.
   *
   * @return the key, not to be changed
   */
  public byte[] firstKey() {
    return firstKey;
  }

  /**
   * The key of its last pair.
   *
   * @return the key, not to be changed
   */
  public byte[] lastKey() {
    return lastKey;
  }
}
