package dev.etcdbackup.snapshot;

/**
 * Options of a verification.
 *
 * @param trailerRequired whether a snapshot must end with its SHA-256. One that etcd streamed does;
 *     a copy of a member's {@code snap/db} does not, and may be longer than its database
 * @param maxProblems how many problems to list, 1 or more; all are counted
 * @param deep whether to also check, when there is no other problem, that entries are consistent
 *     with each other: that each put and deletion follows from those of its key before it
 *     (create_revision, version), that the leases of keys and the roles of users are there, and
 *     that no compaction was finished that was not begun. Reads everything once more, and takes up
 *     to 130 bytes and the key for each key of the users and 40 for each lease
 */
public record VerifyOptions(boolean trailerRequired, int maxProblems, boolean deep) {
  /** The SHA-256 is required, the first 1000 problems are listed, not deep. */
  public static final VerifyOptions DEFAULT = new VerifyOptions(true, 1000, false);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when no problem would be listed
   */
  public VerifyOptions {
    if (maxProblems < 1) {
      throw new IllegalArgumentException("maxProblems must be 1 or more, not " + maxProblems);
    }
  }

  /**
   * The same for a file that need not end with its SHA-256. One that is there is checked.
   *
   * @return the options
   */
  public VerifyOptions withoutTrailer() {
    return new VerifyOptions(false, maxProblems, deep);
  }

  /**
   * The same, and deep.
   *
   * @return the options
   */
  public VerifyOptions deeply() {
    return new VerifyOptions(trailerRequired, maxProblems, true);
  }
}
