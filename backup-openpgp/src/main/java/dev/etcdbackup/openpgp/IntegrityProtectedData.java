package dev.etcdbackup.openpgp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * The plain text of an encrypted data packet with a modification detection code (RFC 4880, sections
 * 5.13 and 5.14): cipher feedback mode with an initial vector of zeros, a random block whose last
 * two bytes are repeated, the plain text, and the SHA-1 of everything before it. Reports its end
 * only when that matches; everything else is an {@link IOException}.
 *
 * <p>Cipher feedback mode encrypts the cipher text before each block to get the key stream, so the
 * key stream of a whole chunk is computed at once, in electronic codebook mode: the Java runtime
 * does that several times as fast.
 */
final class IntegrityProtectedData extends InputStream {
  private static final int CHUNK = 64 * 1024;
  private static final int BLOCK = 16; // of AES
  private static final int PREFIX = BLOCK + 2;
  private static final int CODE = 22; // the packet with the SHA-1, its header included

  private final InputStream body;
  private final Cipher aes;
  private final MessageDigest sha1;
  private final byte[] encrypted = new byte[BLOCK + CHUNK]; // begins with the block before
  private final byte[] keyStream = new byte[CHUNK];
  private final byte[] plain = new byte[CODE + CHUNK];
  private int at;
  private int end; // of what may be returned
  private int held; // the bytes after it, which may belong to the code
  private boolean prefixSeen;
  private boolean ended;

  /**
   * Begins to decrypt.
   *
   * @param body the packet, after its version
   * @param key the key of AES
   */
  IntegrityProtectedData(InputStream body, byte[] key) {
    this.body = body;
    try {
      aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (GeneralSecurityException everyRuntimeHasThem) {
      throw new IllegalStateException(everyRuntimeHasThem);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (at == end) {
      if (ended) {
        return -1;
      }
      decryptChunk();
    }
    int read = Math.min(length, end - at);
    System.arraycopy(plain, at, buffer, offset, read);
    at += read;
    return read;
  }

  private void decryptChunk() throws IOException {
    int count = body.readNBytes(encrypted, BLOCK, CHUNK);
    System.arraycopy(plain, end, plain, 0, held);
    decrypt(count);
    int available = held + count;
    at = 0;
    if (!prefixSeen) {
      if (available < PREFIX + CODE) {
        throw new EOFException();
      }
      sha1.update(plain, 0, PREFIX);
      at = PREFIX;
      prefixSeen = true;
    }
    end = available - CODE;
    held = CODE;
    sha1.update(plain, at, end - at);
    if (count < CHUNK) {
      verify();
      ended = true;
    }
  }

  private void decrypt(int count) {
    try {
      int blocks = (count + BLOCK - 1) / BLOCK * BLOCK;
      aes.update(encrypted, 0, blocks, keyStream, 0);
    } catch (GeneralSecurityException theBufferIsLargeEnough) {
      throw new IllegalStateException(theBufferIsLargeEnough);
    }
    for (int i = 0; i < count; i++) {
      plain[held + i] = (byte) (encrypted[BLOCK + i] ^ keyStream[i]);
    }
    System.arraycopy(encrypted, count, encrypted, 0, BLOCK); // used only after a whole chunk
  }

  private void verify() throws IOException {
    sha1.update(plain, end, 2);
    boolean isCode = plain[end] == (byte) 0xd3 && plain[end + 1] == 20;
    byte[] stored = Arrays.copyOfRange(plain, end + 2, end + CODE);
    if (!isCode || !MessageDigest.isEqual(sha1.digest(), stored)) {
      throw new IOException(
          "it was modified, cut or damaged: its modification detection code does not match");
    }
  }
}
