package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * Reports that no backup is stored under a key, or that another version than the requested one is.
 */
public final class BackupNotFoundException extends BackupException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * Creates the exception.
   *
   * @param key the key that has no backup
   */
  public BackupNotFoundException(BackupKey key) {
    this(key, "there is no backup " + key, null);
  }

  /**
   * Creates the exception.
   *
   * @param key the key that has no backup, or not the requested version
   * @param message what failed and where, in one line
   * @param cause the cause, or null
   */
  public BackupNotFoundException(BackupKey key, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key.toString();
  }

  /**
   * Returns the key that has no backup, or not the requested version.
   *
   * @return the key
   */
  public BackupKey key() {
    return BackupKey.parse(key);
  }
}
