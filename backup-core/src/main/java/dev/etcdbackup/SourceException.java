package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * Reports that the source of a snapshot failed: it was unreachable, refused the request, stalled,
 * exceeded its deadline, ended too early, or its bytes did not match their checksum. Nothing was
 * stored. A retry opens a new snapshot.
 */
public final class SourceException extends BackupException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message what failed and where, in one line
   */
  public SourceException(String message) {
    this(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message what failed and where, in one line
   * @param cause the cause, or null
   */
  public SourceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
