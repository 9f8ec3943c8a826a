package dev.etcdbackup.openpgp;

import java.io.IOException;
import java.io.InputStream;

/** A stream of plain text that is decrypted by the chunk. Not thread-safe. */
abstract class DecryptedChunks extends InputStream {
  /** The plain text of the present chunk. */
  byte[] plain = {};

  /** Where the bytes begin in {@link #plain} that are still to be returned. */
  int at;

  /** Where they end. */
  int end;

  /** Whether no chunk follows, because everything was decrypted and checked. */
  boolean ended;

  /**
   * Makes the next chunk the present one, which may be without bytes, or finds that all has ended.
   *
   * @throws IOException when the bytes cannot be read, or are not what was encrypted
   */
  abstract void decryptChunk() throws IOException;

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final int read(byte[] buffer, int offset, int length) throws IOException {
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
}
