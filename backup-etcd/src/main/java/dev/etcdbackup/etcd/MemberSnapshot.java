package dev.etcdbackup.etcd;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** A snapshot on its way from a member, verified, and its revision found, as it is read. */
final class MemberSnapshot implements Snapshot {
  private final SnapshotInfo info;
  private final EtcdMember member;
  private final SnapshotCall call;
  private final VerifyingInputStream verifying;
  private final RevisionScan scan = new RevisionScan();
  private final Stream stream = new Stream();
  private @Nullable SourceException failure;
  private volatile boolean closed;

  /**
   * Takes over a call.
   *
   * @param member closed with this
   * @param call closed with this
   */
  MemberSnapshot(SnapshotInfo info, EtcdMember member, SnapshotCall call) {
    this.info = info;
    this.member = member;
    this.call = call;
    this.verifying = new VerifyingInputStream(call);
  }

  @Override
  public SnapshotInfo info() {
    return info;
  }

  @Override
  public long size() throws SourceException {
    if (failure != null) {
      throw failure;
    }
    try {
      return verifying.size();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public InputStream stream() {
    return stream;
  }

  @Override
  public SnapshotDigest digest() {
    SnapshotDigest digest = verifying.digest();
    return new SnapshotDigest(digest.size(), digest.sha256(), scan.revision());
  }

  @Override
  public void close() {
    closed = true;
    call.close();
    member.close();
  }

  private void requireUsable() throws SourceException {
    if (failure != null) {
      throw failure;
    }
    if (closed) {
      throw new SourceException("snapshot of " + info.origin() + ": closed");
    }
  }

  /** What was read is worth nothing, so the call ends here. */
  private SourceException failed(IOException e) {
    if (e instanceof SourceException already) {
      failure = already;
    } else if (e instanceof CorruptBackupException) {
      failure = new SourceException("snapshot of " + info.origin() + ": " + e.getMessage(), e);
    } else {
      failure = new SourceException("snapshot of " + info.origin() + " failed", e);
    }
    call.close();
    return failure;
  }

  /** The bytes, with every failure one of the source. */
  private final class Stream extends InputStream {
    @Override
    public int read() throws SourceException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws SourceException {
      requireUsable();
      try {
        int count = verifying.read(buffer, offset, length);
        if (count > 0) {
          scan.update(buffer, offset, count);
        }
        return count;
      } catch (IOException e) {
        throw failed(e);
      }
    }

    @Override
    public void close() {
      MemberSnapshot.this.close();
    }
  }
}
