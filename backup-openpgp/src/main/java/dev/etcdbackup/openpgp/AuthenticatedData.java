package dev.etcdbackup.openpgp;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.bouncycastle.crypto.DataLengthException;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.OCBBlockCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * The plain text of an AEAD encrypted data packet, as gpg 2.3 and later write it to keys that ask
 * for it (draft-koch-librepgp, section 5.16): chunks, each encrypted and authenticated in the mode
 * OCB together with its number, and at the end a tag over their total size. Returns the bytes of a
 * chunk only after it was authenticated, and the end only after the total was; everything else is
 * an {@link IOException}. Holds two chunks, at most 4 MiB each.
 */
final class AuthenticatedData extends DecryptedChunks {
  private static final int OCB = 2;
  private static final int TAG = 16;
  private static final int NONCE = 15;
  private static final int LARGEST_CHUNK = 16; // as a power of 2, beyond 64 bytes

  private final InputStream body;
  private final KeyParameter key;
  private final byte[] header; // of the packet, which each chunk authenticates
  private final byte[] nonce;
  private final int chunkSize;
  private final byte[] encrypted; // a chunk, its tag, and what may be the last tag
  private int held; // bytes of the next chunk, or the last tag
  private long chunks;
  private long total;

  /**
   * Begins to decrypt.
   *
   * @param body the packet, after its version, which is 1
   * @param key the session key
   * @throws IOException when the packet is encrypted in another mode, or with another cipher than
   *     that of the key
   */
  AuthenticatedData(InputStream body, SessionKey key) throws IOException {
    this.body = body;
    this.key = new KeyParameter(key.aes());
    byte[] settings = body.readNBytes(3);
    if (settings.length < 3) {
      throw new EOFException();
    }
    if (settings[0] != key.algorithm()) {
      throw new IOException("it is encrypted with another cipher than its head says");
    }
    if (settings[1] != OCB) {
      throw new IOException("it is encrypted in mode " + settings[1] + ", and only OCB is read");
    }
    if (settings[2] < 0 || settings[2] > LARGEST_CHUNK) {
      throw new IOException("it has chunks of more than 4 MiB");
    }
    header =
        new byte[] {(byte) (0xc0 | PacketStream.ENCRYPTED_OCB), 1, settings[0], OCB, settings[2]};
    nonce = body.readNBytes(NONCE);
    if (nonce.length < NONCE) {
      throw new EOFException();
    }
    chunkSize = 1 << (settings[2] + 6);
    encrypted = new byte[chunkSize + 2 * TAG];
    plain = new byte[chunkSize + TAG];
  }

  @Override
  void decryptChunk() throws IOException {
    int available = held + body.readNBytes(encrypted, held, encrypted.length - held);
    if (available < TAG) {
      throw new EOFException();
    }
    int chunk = available - TAG;
    at = 0;
    end = 0;
    if (chunk > 0) {
      end = decrypt(0, chunk, new byte[0], plain);
      total += end;
      chunks++;
    }
    if (available < encrypted.length) {
      byte[] size = ByteBuffer.allocate(Long.BYTES).putLong(total).array();
      var unused = decrypt(chunk, TAG, size, new byte[TAG]);
      ended = true;
    } else {
      System.arraycopy(encrypted, chunk, encrypted, 0, TAG);
      held = TAG;
    }
  }

  /** Decrypts the chunk that is next by its number. */
  private int decrypt(int offset, int length, byte[] more, byte[] target) throws IOException {
    byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(chunks).array();
    byte[] own = nonce.clone();
    for (int i = 0; i < number.length; i++) {
      own[NONCE - number.length + i] ^= number[i];
    }
    OCBBlockCipher ocb = new OCBBlockCipher(AESEngine.newInstance(), AESEngine.newInstance());
    ocb.init(false, new AEADParameters(key, TAG * 8, own));
    for (byte[] authenticated : new byte[][] {header, number, more}) {
      ocb.processAADBytes(authenticated, 0, authenticated.length);
    }
    try {
      int count = ocb.processBytes(encrypted, offset, length, target, 0);
      return count + ocb.doFinal(target, count);
    } catch (InvalidCipherTextException | DataLengthException e) {
      throw new IOException("it was modified, cut or damaged: its authentication does not match");
    }
  }
}
