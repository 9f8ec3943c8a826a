package dev.etcdbackup;

/** The name is taken. What is stored under it is unchanged, and nothing else was stored. */
public final class BackupExistsException extends BackupException {
  private static final long serialVersionUID = 1L;

  private final transient BackupKey key;

  /**
   * Creates the exception.
   *
   * @param key the key that is taken
   */
  public BackupExistsException(BackupKey key) {
    super(key + " exists already", null);
    this.key = key;
  }

  /**
   * The key that is taken.
   *
   * @return the key
   */
  public BackupKey key() {
    return key;
  }
}
