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
 * does that several times as fast. A thread of its own computes the SHA-1, which takes as long as
 * the decryption. Holds up to 320 KiB. A message of one chunk starts no thread.
 */
final class IntegrityProtectedData extends DecryptedChunks {
  private static final int CHUNK = 64 * 1024;
  private static final int BLOCK = 16; // of AES
  private static final int PREFIX = BLOCK + 2;
  private static final int CODE = 22; // the packet with the SHA-1, its header included
  private static final int START = 32; // of a chunk in its buffer: the code or a block fits before

  private final InputStream body;
  private final Cipher aes;
  private final BackgroundSha1 sha1 = new BackgroundSha1(START + CHUNK);
  private final byte[] encrypted = new byte[START + CHUNK]; // the block before ends at the start
  private int held; // the bytes after what may be returned, which may belong to the code
  private boolean prefixSeen;

  /**
   * Begins to decrypt.
   *
   * @param body the packet, after its version
   * @param key the key of AES
   */
  IntegrityProtectedData(InputStream body, byte[] key) {
    this.body = body;
    plain = new byte[START];
    at = START;
    end = START;
    try {
      aes = Cipher.getInstance("AES/ECB/NoPadding");
      aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    } catch (GeneralSecurityException everyRuntimeHasThem) {
      throw new IllegalStateException(everyRuntimeHasThem);
    }
  }

  @Override
  void decryptChunk() throws IOException {
    int count = body.readNBytes(encrypted, START, CHUNK);
    byte[] next = sha1.nextBuffer();
    at = START - held;
    System.arraycopy(plain, end, next, at, held);
    plain = next;
    decrypt(count);
    if (!prefixSeen && count < PREFIX + CODE) {
      throw new EOFException();
    }
    end = START + count - CODE;
    held = CODE;
    if (count == CHUNK) {
      sha1.update(plain, at, end - at);
    } else {
      verify();
      ended = true;
    }
    if (!prefixSeen) {
      at += PREFIX;
      prefixSeen = true;
    }
  }

  private void decrypt(int count) {
    try {
      int blocks = (count + BLOCK - 1) / BLOCK * BLOCK;
      aes.update(encrypted, START - BLOCK, blocks, plain, START);
    } catch (GeneralSecurityException theBufferIsLargeEnough) {
      throw new IllegalStateException(theBufferIsLargeEnough);
    }
    add(encrypted, plain, START + count);
    // used only after a whole chunk
    System.arraycopy(encrypted, START + count - BLOCK, encrypted, START - BLOCK, BLOCK);
  }

  /** Indices are the same in both arrays: so the loop is compiled to vector instructions. */
  private static void add(byte[] encrypted, byte[] keyStream, int end) {
    for (int i = START; i < end; i++) {
      keyStream[i] = (byte) (keyStream[i] ^ encrypted[i]);
    }
  }

  private void verify() throws IOException {
    boolean isCode = plain[end] == (byte) 0xd3 && plain[end + 1] == 20;
    byte[] stored = Arrays.copyOfRange(plain, end + 2, end + CODE);
    byte[] computed = sha1.digest(plain, at, end + 2 - at);
    sha1.close();
    if (!isCode || !MessageDigest.isEqual(computed, stored)) {
      throw new IOException(
          "it was modified, cut or damaged: its modification detection code does not match");
    }
  }

  /** Ends the thread; the packet is not closed. */
  @Override
  public void close() {
    sha1.close();
  }
}
