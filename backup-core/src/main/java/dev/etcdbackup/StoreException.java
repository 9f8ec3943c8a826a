package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * The store failed: unreachable, refused, full, or it answered nonsense.
 *
 * <p>After a failed write nothing is visible under the key, unless {@link #outcomeUnknown()}: then
 * the store did not answer whether it carried the write out, and could not be asked either. What is
 * there, if anything, is whole and proved; look before writing again.
 */
public final class StoreException extends BackupException {
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
   * @param cause what led to it, or null
   * @param outcomeUnknown whether the call may have taken effect
   */
  public StoreException(String message, @Nullable Throwable cause, boolean outcomeUnknown) {
    super(message, cause);
    this.outcomeUnknown = outcomeUnknown;
  }

  /**
   * Whether the call may have taken effect all the same.
   *
   * @return true when the store could not be made to say
   */
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}
