package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that reads its bytes from a stream, verifies them, and reports every failure as a
 * failure of the source.
 */
final class FixedSnapshot extends InputStream implements Snapshot {
  private final SnapshotInfo info;
  private final OptionalLong exactRevision;
  private final VerifyingInputStream in;
  private @Nullable BackupException failure;
  private volatile boolean closed;

  FixedSnapshot(SnapshotInfo info, OptionalLong exactRevision, InputStream in) {
    this.info = info;
    this.exactRevision = exactRevision;
    this.in = new VerifyingInputStream(in);
  }

  @Override
  public SnapshotInfo info() {
    return info;
  }

  @Override
  public long size() throws BackupException {
    requireUsable();
    try {
      return in.size();
    } catch (IOException e) {
      throw fail(e);
    }
  }

  @Override
  public InputStream stream() {
    return this;
  }

  @Override
  public SnapshotDigest digest() {
    SnapshotDigest digest = in.digest();
    return new SnapshotDigest(digest.size(), digest.sha256(), exactRevision);
  }

  @Override
  public int read() throws BackupException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws BackupException {
    requireUsable();
    int count;
    try {
      count = in.read(buffer, offset, length);
    } catch (IOException e) {
      throw fail(e);
    }
    requireUsable(); // a closed stream may report its end
    return count;
  }

  @Override
  public void close() {
    closed = true;
    try {
      in.close();
    } catch (IOException ignored) {
      // Closing the stream does not change whether the bytes read so far are verified.
    }
  }

  private void requireUsable() throws BackupException {
    if (closed) {
      throw new SourceException("the snapshot of " + info.origin() + " is closed");
    }
    if (failure != null) {
      throw failure;
    }
  }

  private BackupException fail(IOException e) {
    boolean already = e instanceof BackupException && !(e instanceof CorruptBackupException);
    failure =
        already
            ? (BackupException) e
            : new SourceException(
                "the snapshot of " + info.origin() + " failed: " + e.getMessage(), e);
    return failure;
  }
}
