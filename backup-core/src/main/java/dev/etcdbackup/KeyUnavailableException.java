package dev.etcdbackup;

import org.jspecify.annotations.Nullable;

/**
 * Reports that a backup cannot be encrypted, decrypted or signed with the keys that were given: no
 * private key fits, or a key has expired or was revoked. Nothing is wrong with the backup; try
 * again with the key that the message names.
 */
public final class KeyUnavailableException extends BackupException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message which key is needed and why, in one line
   */
  public KeyUnavailableException(String message) {
    this(message, null);
  }

  /**
   * Creates the exception.
   *
   * @param message which key is needed and why, in one line
   * @param cause the cause, or null
   */
  public KeyUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
