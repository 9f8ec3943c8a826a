package dev.etcdbackup.openpgp;

import java.util.HexFormat;

/**
 * The key id of an OpenPGP key or subkey: the 64 bits by which a message names the keys that it is
 * encrypted to.
 *
 * <p>Immutable and thread-safe.
 *
 * @param value the bits; 0 in a message that hides to whom it is encrypted
 */
public record KeyId(long value) {
  /** In the place of a key id in a message that does not say to whom it is encrypted. */
  public static final KeyId HIDDEN = new KeyId(0);

  /**
   * Returns the key id as gpg prints it.
   *
   * @return 16 upper-case hexadecimal digits, or {@code hidden}
   */
  @Override
  public String toString() {
    return value == 0 ? "hidden" : HexFormat.of().withUpperCase().toHexDigits(value);
  }
}
