package dev.etcdbackup;

import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that reads its bytes from a stream, verifies them, and reports every failure as a
 * failure of the source.
 */
final class StreamSnapshot implements Snapshot {
  private final SnapshotInfo info;
  private final VerifyingInputStream verified;
  private final InputStream stream = new Stream();
  private @Nullable SourceException failure;
  private volatile boolean closed;

  StreamSnapshot(SnapshotInfo info, InputStream bytes) {
    this.info = Objects.requireNonNull(info, "info");
    this.verified = new VerifyingInputStream(bytes);
  }

  @Override
  public SnapshotInfo info() {
    return info;
  }

  @Override
  public long size() throws SourceException {
    requireUsable();
    try {
      return verified.size();
    } catch (IOException | RuntimeException e) {
      throw fail(e);
    }
  }

  @Override
  public InputStream stream() {
    return stream;
  }

  @Override
  public SnapshotDigest digest() {
    return verified.digest();
  }

  @Override
  public void close() {
    closed = true;
    try {
      verified.close();
    } catch (IOException e) {
      // Closing the underlying stream does not change whether the bytes read so far are verified.
    }
  }

  private void requireUsable() throws SourceException {
    if (failure != null) {
      throw failure;
    }
    if (closed) {
      throw new SourceException("snapshot of " + info.origin() + ": closed");
    }
  }

  private SourceException fail(Exception e) {
    failure =
        e instanceof SourceException own
            ? own
            : new SourceException("snapshot of " + info.origin() + ": " + reason(e), e);
    return failure;
  }

  private static String reason(Exception e) {
    return e instanceof BackupException ? String.valueOf(e.getMessage()) : FailureText.of(e);
  }

  private final class Stream extends InputStream {
    @Override
    public int read() throws SourceException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws SourceException {
      Objects.checkFromIndexSize(offset, length, buffer.length);
      requireUsable();
      try {
        return verified.read(buffer, offset, length);
      } catch (IOException | RuntimeException e) {
        throw fail(e);
      }
    }

    @Override
    public int available() throws IOException {
      return closed ? 0 : verified.available();
    }

    @Override
    public void close() {
      StreamSnapshot.this.close();
    }
  }
}
