package dev.etcdbackup.openpgp;

import dev.etcdbackup.internal.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Counts and hashes the bytes that are read, and may refuse them at their end. */
class HashingInputStream extends FilterInputStream {
  private final MessageDigest digest;
  private long count;
  private @Nullable String sha256;
  private @Nullable Exception failure;

  HashingInputStream(InputStream in) {
    super(in);
    digest = Sha256.digest();
  }

  /** Called once, before the end is reported; an exception is thrown by every later read. */
  void ended(long count, String sha256) throws IOException {}

  final long count() {
    return count;
  }

  /** In lower-case hex; known when the end was reported. */
  final String sha256() {
    if (sha256 == null) {
      throw new IllegalStateException("the stream was not read to its end");
    }
    return sha256;
  }

  @Override
  public final int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public final int read(byte[] buffer, int offset, int length) throws IOException {
    rethrow();
    int read = in.read(buffer, offset, length);
    if (read > 0) {
      digest.update(buffer, offset, read);
      count += read;
    } else if (read < 0 && sha256 == null) {
      sha256 = HexFormat.of().formatHex(digest.digest());
      try {
        ended(count, sha256);
      } catch (IOException | RuntimeException e) {
        failure = e;
        throw e;
      }
    }
    return read;
  }

  private void rethrow() throws IOException {
    if (failure instanceof IOException known) {
      throw known;
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
  }

  @Override
  public final long skip(long bytes) throws IOException {
    byte[] skipped = new byte[(int) Math.min(8192, Math.max(0, bytes))];
    return Math.max(0, read(skipped, 0, skipped.length)); // hashed like all others
  }

  @Override
  public final boolean markSupported() {
    return false;
  }
}
