package dev.etcdbackup;

import java.util.List;

/**
 * To whom a backup is encrypted, and which of the private keys that decrypt it are available.
 *
 * <p>Immutable and thread-safe.
 *
 * @param keyIds the ids of the keys that it is encrypted to, one of which is enough; empty when
 *     they are not known
 * @param atHand the ids of the private keys at hand that may decrypt it; empty when there is none
 */
public record Recipients(List<String> keyIds, List<String> atHand) {
  /** Copies the lists. */
  public Recipients {
    keyIds = List.copyOf(keyIds);
    atHand = List.copyOf(atHand);
  }

  /**
   * Returns whether a private key that may decrypt the backup is available.
   *
   * @return true when there is one
   */
  public boolean readable() {
    return !atHand.isEmpty();
  }

  /**
   * Returns the key ids as text for people.
   *
   * @return the key ids, separated by commas, or {@code keys that are not known}
   */
  public String text() {
    return keyIds.isEmpty() ? "keys that are not known" : String.join(", ", keyIds);
  }
}
