package dev.etcdbackup.directory;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/** A stream of a range of an open file. Throws when the file ends before the range. */
final class FileRange extends InputStream {
  /** The size of the largest read. The runtime keeps a buffer of that size for each thread. */
  private static final int MAX_READ = 256 * 1024;

  private final FileChannel channel;
  private final BackupKey key;
  private final long end;
  private long position;

  FileRange(FileChannel channel, BackupKey key, long offset, long length) {
    this.channel = channel;
    this.key = key;
    this.position = offset;
    this.end = offset + length;
  }

  @Override
  public int read() throws StoreException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws StoreException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      return 0;
    }
    if (position == end) {
      return -1;
    }
    int wanted = (int) Math.min(Math.min(length, MAX_READ), end - position);
    int count;
    try {
      count = channel.read(ByteBuffer.wrap(buffer, offset, wanted), position);
    } catch (IOException e) {
      throw new StoreException("cannot read " + key + ": " + FailureText.of(e), e);
    }
    if (count < 0) {
      throw new StoreException(
          key
              + " ends after "
              + Counted.of(position, "byte")
              + ", "
              + Counted.of(end - position, "byte")
              + " too early",
          null);
    }
    position += count;
    return count;
  }

  @Override
  public long skip(long count) {
    long skipped = Math.max(0, Math.min(count, end - position));
    position += skipped;
    return skipped;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException ignored) {
      // Nothing was written, so a failed close does not affect what was read.
    }
  }
}
