package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/** There is no backup under this key, or no longer the version that was asked for. */
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
   * @param key the key that has no backup, or not the one that was asked for
   * @param message what failed and where, in one line
   * @param cause what led to it, or null
   */
  public BackupNotFoundException(BackupKey key, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key.toString();
  }

  /**
   * The key that has no backup, or not the one that was asked for.
   *
   * @return the key
   */
  public BackupKey key() {
    return BackupKey.parse(key);
  }
}
