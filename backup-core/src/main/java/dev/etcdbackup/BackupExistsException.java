package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * Reports that a backup was not stored because its name is taken. The backup that is stored under
 * the name is unchanged, and nothing else was stored.
 */
public final class BackupExistsException extends BackupException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * Creates the exception.
   *
   * @param key the key that is taken
   */
  public BackupExistsException(BackupKey key) {
    this(key, key + " exists already", null);
  }

  /**
   * Creates the exception.
   *
   * @param key the key that is taken
   * @param message what failed and where, in one line
   * @param cause the cause, or null
   */
  public BackupExistsException(BackupKey key, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key.toString();
  }

  /**
   * Returns the key that is taken.
   *
   * @return the key
   */
  public BackupKey key() {
    return BackupKey.parse(key);
  }
}
