package dev.etcdbackup.snapshot;

import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Objects;

/**
 * A member's own database as the member would stream it: up to its high-water mark, with both meta
 * pages written anew (bbolt's {@code Tx.WriteTo}: the transaction in force, and the number before
 * it), followed by the SHA-256 of all of it.
 */
final class SnapshotFramingStream extends InputStream {
  private final RandomAccessBytes bytes;
  private final long size;
  private final byte[] metas;
  private final MessageDigest digest;
  private byte[] trailer = {};
  private long position;

  SnapshotFramingStream(RandomAccessBytes bytes, Meta meta) {
    this.bytes = bytes;
    this.size = meta.databaseSize();
    this.metas = new byte[2 * meta.pageSize()];
    for (int page = 0; page < 2; page++) {
      Meta written =
          new Meta(
              page,
              meta.pageSize(),
              meta.root(),
              meta.freelist(),
              meta.highWaterMark(),
              meta.transaction() - page);
      byte[] head = written.bytes();
      System.arraycopy(head, 0, metas, page * meta.pageSize(), head.length);
    }
    digest = Sha256.digest();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    int count;
    if (position < metas.length) {
      count = (int) Math.min(length, metas.length - position);
      System.arraycopy(metas, (int) position, target, offset, count);
      digest.update(target, offset, count);
    } else if (position < size) {
      count = (int) Math.min(length, size - position);
      bytes.read(position, target, offset, count);
      digest.update(target, offset, count);
    } else {
      trailer = position == size ? digest.digest() : trailer;
      int from = (int) (position - size);
      count = Math.min(length, trailer.length - from);
      if (count == 0) {
        return -1;
      }
      System.arraycopy(trailer, from, target, offset, count);
    }
    position += count;
    return count;
  }
}
