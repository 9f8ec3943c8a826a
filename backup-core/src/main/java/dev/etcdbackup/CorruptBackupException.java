package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * Reports that the bytes that were read are not those of a complete, unchanged snapshot. Reading
 * again does not help; use another backup.
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
   * @param cause the cause, or null
   */
  public CorruptBackupException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
