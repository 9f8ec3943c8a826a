package dev.etcdbackup.etcd.snapshot;

/**
 * How to verify.
 *
 * @param trailerRequired whether a snapshot must end with its SHA-256. One that etcd streamed does;
 *     a copy of a member's {@code snap/db} does not, and may be longer than its database
 * @param maxProblems how many problems to list, 1 or more; all are counted
 */
public record VerifyOptions(boolean trailerRequired, int maxProblems) {
  /** The SHA-256 is required, the first 1000 problems are listed. */
  public static final VerifyOptions DEFAULT = new VerifyOptions(true, 1000);

  /** Checks the values. */
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
    return new VerifyOptions(false, maxProblems);
  }
}
