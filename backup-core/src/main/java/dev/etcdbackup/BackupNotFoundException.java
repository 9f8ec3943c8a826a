package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/** There is no backup under this key, or no longer the version that was asked for. */
public final class BackupNotFoundException extends BackupException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what failed and where, in one line
   */
  public BackupNotFoundException(String message) {
    this(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what failed and where, in one line
   * @param cause what led to it, or null
   */
  public BackupNotFoundException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
