package dev.etcdbackup.service;

import dev.etcdbackup.internal.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stream that reports its end only after a check has passed. After a failed check, every read
 * throws. Counts the bytes and computes their SHA-256 if asked to.
 */
final class CommitGuardInputStream extends FilterInputStream {
  private final CommitCheck check;
  private boolean passed;
  private final @Nullable MessageDigest hash;
  private long count;
  private @Nullable Throwable refusal; // what the check threw

  CommitGuardInputStream(InputStream in, CommitCheck check, boolean hashed) {
    super(in);
    this.check = check;
    this.hash = hashed ? Sha256.digest() : null;
  }

  /** Returns the number of bytes that were read. */
  long count() {
    return count;
  }

  /** Returns the SHA-256 of the bytes that were read, in lower-case hex; empty unless asked for. */
  Optional<String> sha256Hex() {
    return hash == null ? Optional.empty() : Optional.of(HexFormat.of().formatHex(hash.digest()));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    if (refusal instanceof IOException e) {
      throw e;
    } else if (refusal instanceof RuntimeException e) {
      throw e;
    } else if (refusal instanceof Error e) {
      throw e;
    }
    int read = super.read(buffer, offset, length);
    if (read < 0 && !passed) {
      try {
        check.check();
      } catch (IOException | RuntimeException | Error e) {
        refusal = e;
        throw e;
      }
      passed = true;
    }
    if (read > 0) {
      count += read;
      if (hash != null) {
        hash.update(buffer, offset, read);
      }
    }
    return read;
  }

  /** A store that read some bytes again would count and hash them twice. */
  @Override
  public boolean markSupported() {
    return false;
  }

  @Override
  public long skip(long n) {
    throw new UnsupportedOperationException("a backup is stored by reading all of it");
  }
}
