package dev.etcdbackup.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 hashes. */
public final class Sha256 {
  private Sha256() {}

  /**
   * Returns a new digest.
   *
   * @return the digest, for one thread
   */
  public static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Hashes bytes.
   *
   * @param bytes the bytes
   * @return 64 lower-case hexadecimal digits
   */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  /**
   * Reads a stream to its end and hashes its bytes.
   *
   * @param in the stream; the caller closes it
   * @return the 32 bytes of the hash
   * @throws IOException when the stream cannot be read
   */
  public static byte[] of(InputStream in) throws IOException {
    DigestInputStream hashing = new DigestInputStream(in, digest());
    hashing.transferTo(OutputStream.nullOutputStream());
    return hashing.getMessageDigest().digest();
  }
}
