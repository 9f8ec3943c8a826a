package dev.etcdbackup.openpgp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The passphrase of a private key. Not shown by {@link #toString}.
 *
 * <p>Thread-safe. Closing clears it from memory; it unlocks no key afterwards. Closing again does
 * nothing.
 */
public final class Passphrase implements AutoCloseable {
  private static final int MAX_BYTES = 4096;

  private final char[] characters;

  private Passphrase(char[] characters) {
    this.characters = characters;
  }

  /**
   * Takes a passphrase.
   *
   * @param characters the passphrase; copied
   * @return the passphrase
   */
  public static Passphrase of(char[] characters) {
    return new Passphrase(characters.clone());
  }

  /**
   * Reads a passphrase from a file: all of it, as UTF-8, without one line end ({@code \n} or {@code
   * \r\n}) at its end. Spaces and further line ends belong to the passphrase.
   *
   * @param file the file, of at most 4096 bytes
   * @return the passphrase
   * @throws IllegalArgumentException when the file is longer or not UTF-8
   * @throws IOException when it cannot be read
   */
  public static Passphrase read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    }
    try {
      if (bytes.length > MAX_BYTES) {
        throw new IllegalArgumentException(file + " has more than " + MAX_BYTES + " bytes");
      }
      int length = bytes.length;
      if (length > 0 && bytes[length - 1] == '\n') {
        length -= length > 1 && bytes[length - 2] == '\r' ? 2 : 1;
      }
      CharBuffer decoded =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, length));
      char[] characters = new char[decoded.remaining()];
      decoded.get(characters);
      Arrays.fill(decoded.array(), '\0');
      return new Passphrase(characters);
    } catch (CharacterCodingException e) { // a cause could quote it
      throw new IllegalArgumentException(file + " is not in UTF-8");
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  /** The characters themselves. */
  char[] characters() {
    return characters;
  }

  @Override
  public void close() {
    Arrays.fill(characters, '\0');
  }

  @Override
  public String toString() {
    return "a passphrase";
  }
}
