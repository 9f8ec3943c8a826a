package dev.etcdbackup.snapshot;

/**
 * The snapshot does not hold the state at a revision: it was compacted, or is later than the
 * snapshot.
 */
public final class RevisionNotRetainedException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final long revision;
  private final long oldest;
  private final long newest;

  RevisionNotRetainedException(long revision, long oldest, long newest) {
    super(
        "revision "
            + revision
            + (revision < oldest ? " was compacted" : " is in the future")
            + ": this snapshot holds "
            + oldest
            + " to "
            + newest);
    this.revision = revision;
    this.oldest = oldest;
    this.newest = newest;
  }

  /**
   * Whether the revision was compacted; otherwise it is beyond the newest.
   *
   * @return true when it is older than the oldest
   */
  public boolean isCompacted() {
    return revision < oldest;
  }

  /**
   * The revision asked for.
   *
   * @return the revision
   */
  public long revision() {
    return revision;
  }

  /**
   * The oldest revision that can be read.
   *
   * @return the revision
   */
  public long oldest() {
    return oldest;
  }

  /**
   * The newest revision that can be read.
   *
   * @return the revision
   */
  public long newest() {
    return newest;
  }
}
