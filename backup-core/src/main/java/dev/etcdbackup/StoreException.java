package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * Reports that a store failed: it was unreachable, refused the request, was full, or gave an
 * invalid answer.
 *
 * <p>After a failed write nothing is stored under the key, unless {@link #outcomeUnknown()} is
 * true: then the store did not confirm the write, and a look-up did not succeed either. If an
 * object is stored under the key, it is complete and verified. Look the key up before writing
 * again.
 */
public sealed class StoreException extends BackupException permits IncompleteListingException {
  private static final long serialVersionUID = 1L;

  private final boolean outcomeUnknown;

  /**
   * Creates an exception for a call that did not take effect.
   *
   * @param message what failed and where, in one line
   * @param cause what led to it, or null
   */
  public StoreException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  /**
   * Creates the exception.
   *
   * @param message what failed and where, in one line
   * @param cause the cause, or null
   * @param outcomeUnknown whether the call may have taken effect
   */
  public StoreException(String message, @Nullable Throwable cause, boolean outcomeUnknown) {
    super(message, cause);
    this.outcomeUnknown = outcomeUnknown;
  }

  /**
   * Returns whether the outcome of the call is unknown, so that it may have taken effect.
   *
   * @return true when the store neither confirmed nor refused the call
   */
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}
