package dev.etcdbackup.snapshot;

import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** A snapshot read by ranges: each read is one request, so reads are large. */
final class RangeBytes implements RandomAccessBytes {
  private final ByteRanges ranges;
  private final Closeable owned;

  /**
   * @param owned closed with this
   */
  RangeBytes(ByteRanges ranges, Closeable owned) {
    this.ranges = ranges;
    this.owned = owned;
  }

  @Override
  public long size() {
    return ranges.size();
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) throws IOException {
    try (InputStream range = ranges.open(position, length)) {
      int read = range.readNBytes(target, offset, length);
      if (read < length) {
        throw new EOFException(
            "the range of " + length + " bytes at " + position + " ended after " + read);
      }
    }
  }

  @Override
  public InputStream stream(long position, long length) throws IOException {
    return ranges.open(position, length);
  }

  /** A request takes as long as some hundred KiB do. */
  @Override
  public int smallestRead() {
    return 64 << 10;
  }

  @Override
  public int largestRead() {
    return 4 << 20;
  }

  @Override
  public void close() throws IOException {
    owned.close();
  }
}
