package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * The source of a snapshot failed: unreachable, refused, stalled, too slow, cut short, or its bytes
 * did not match their checksum. Nothing was stored. Trying again takes a new snapshot.
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
   * @param cause what led to it, or null
   */
  public SourceException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
