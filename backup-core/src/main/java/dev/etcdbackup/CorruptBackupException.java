package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * The bytes are not those of a whole, unchanged snapshot. Reading again will not help; another
 * backup may.
 */
public final class CorruptBackupException extends BackupException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what failed and where, in one line
   */
  public CorruptBackupException(String message) {
    this(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what failed and where, in one line
   * @param cause what led to it, or null
   */
  public CorruptBackupException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
