package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotDigest;
import dev.etcdbackup.SnapshotInfo;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** A snapshot that is right in everything but what a test makes wrong. */
final class WrongSnapshot implements Snapshot {
  private final Snapshot right;
  private SnapshotInfo info;
  private OptionalLong size = OptionalLong.empty();
  private Supplier<InputStream> stream;
  private Supplier<SnapshotDigest> digest;
  private Runnable close;

  interface Read {
    int read(InputStream right, byte[] buffer, int offset, int length) throws IOException;
  }

  WrongSnapshot(Snapshot right) {
    this.right = right;
    this.info = right.info();
    this.stream = right::stream;
    this.digest = right::digest;
    this.close = right::close;
  }

  WrongSnapshot info(SnapshotInfo wrong) {
    this.info = wrong;
    return this;
  }

  WrongSnapshot size(long wrong) {
    this.size = OptionalLong.of(wrong);
    return this;
  }

  WrongSnapshot stream(Supplier<InputStream> wrong) {
    this.stream = wrong;
    return this;
  }

  WrongSnapshot read(Read wrong) {
    InputStream in = new WrongStream(right.stream(), wrong);
    return stream(() -> in);
  }

  WrongSnapshot digest(Supplier<SnapshotDigest> wrong) {
    this.digest = wrong;
    return this;
  }

  WrongSnapshot close(Runnable wrong) {
    this.close = wrong;
    return this;
  }

  @Override
  public SnapshotInfo info() {
    return info;
  }

  @Override
  public long size() throws BackupException {
    return size.isPresent() ? size.getAsLong() : right.size();
  }

  @Override
  public InputStream stream() {
    return stream.get();
  }

  @Override
  public SnapshotDigest digest() {
    return digest.get();
  }

  @Override
  public void close() {
    close.run();
  }

  private static final class WrongStream extends FilterInputStream {
    private final Read read;

    WrongStream(InputStream right, Read read) {
      super(right);
      this.read = read;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      return read.read(in, buffer, offset, length);
    }
  }
}
