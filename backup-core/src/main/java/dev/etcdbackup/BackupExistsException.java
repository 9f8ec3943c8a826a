package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/** The name is taken. What is stored under it is unchanged, and nothing else was stored. */
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
   * @param cause what led to it, or null
   */
  public BackupExistsException(BackupKey key, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.key = key.toString();
  }

  /**
   * The key that is taken.
   *
   * @return the key
   */
  public BackupKey key() {
    return BackupKey.parse(key);
  }
}
