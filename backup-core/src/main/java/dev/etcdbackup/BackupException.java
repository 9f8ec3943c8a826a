package dev.etcdbackup;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Something went wrong with a backup. One subclass for each reaction a caller can have; exceptions
 * of the libraries underneath appear only as causes.
 *
 * <p>Messages are one line, say what failed and where, and never hold credentials.
 */
public abstract sealed class BackupException extends IOException
    permits SourceException,
        StoreException,
        BackupExistsException,
        BackupNotFoundException,
        CorruptBackupException {
  private static final long serialVersionUID = 1L;

  BackupException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
