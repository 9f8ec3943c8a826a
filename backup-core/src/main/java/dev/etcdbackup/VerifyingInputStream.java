package dev.etcdbackup;

import dev.etcdbackup.internal.MetaPage;
import dev.etcdbackup.internal.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An input stream that returns the bytes of a snapshot and verifies them. It returns -1 only when
 * the number of bytes is the one in the database's first page and the last 32 bytes are the SHA-256
 * of all bytes before them. Otherwise reading throws {@link CorruptBackupException}. After any
 * exception, including one of the underlying stream, every later read throws the same exception
 * again.
 *
 * <p>Format: bbolt's meta page ({@code bbolt/internal/common/meta.go}: magic, version, page size,
 * high-water mark, FNV-1a checksum) and etcd's trailer ({@code
 * etcd/server/etcdserver/api/v3rpc/maintenance.go}). A server rewrites both meta pages of a
 * snapshot, so a snapshot whose first meta page is damaged is not accepted, although bbolt would
 * open it from the second.
 *
 * <p>For one reading thread; {@link #close()} may be called by any other if the underlying stream
 * allows that. Buffers 80 bytes.
 */
public final class VerifyingInputStream extends InputStream {
  /** The number of bytes of the SHA-256 after the database. */
  public static final int TRAILER_SIZE = 32;

  private final InputStream in;
  private final MessageDigest sha256 = Sha256.digest();
  private final byte[] head = new byte[MetaPage.SIZE];
  private final byte[] trailer = new byte[TRAILER_SIZE];
  private int headLeft; // the number of bytes at the end of head that have not been returned yet
  private long size = -1;
  private long position;
  private @Nullable SnapshotDigest digest;
  private @Nullable Exception failure; // an IOException or a RuntimeException

  /**
   * Creates a stream that verifies another one.
   *
   * @param in the bytes of a snapshot from their beginning; closing this stream closes it
   */
  public VerifyingInputStream(InputStream in) {
    this.in = Objects.requireNonNull(in, "in");
  }

  /**
   * Returns the size that the first page of the snapshot states, including the trailer. Reads the
   * first 80 bytes if they were not read yet; later reads still return them.
   *
   * @return the size in bytes
   * @throws CorruptBackupException when the stream does not start with the header of a database
   * @throws IOException the exception of the underlying stream
   */
  public long size() throws IOException {
    if (size < 0) {
      rethrow();
      try {
        int read = in.readNBytes(head, 0, MetaPage.SIZE);
        if (read < MetaPage.SIZE) {
          throw corrupt("ends after " + read + " bytes, before its first page does");
        }
        size = announcedSize();
        headLeft = MetaPage.SIZE;
      } catch (IOException | RuntimeException e) {
        failure = e;
        throw e;
      }
    }
    return size;
  }

  /**
   * Returns the size and the SHA-256 of the snapshot. They are known after the stream has returned
   * -1.
   *
   * @return the digest, without a revision
   * @throws IllegalStateException when the stream has not returned -1
   */
  public SnapshotDigest digest() {
    if (digest == null) {
      throw new IllegalStateException("the snapshot was not read to its end");
    }
    return digest;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      return 0;
    }
    rethrow();
    if (digest != null) {
      return -1;
    }
    size();
    try {
      return readOn(buffer, offset, length);
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public int available() throws IOException {
    return headLeft > 0 ? headLeft : in.available();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private int readOn(byte[] buffer, int offset, int length) throws IOException {
    int count;
    if (headLeft > 0) {
      count = Math.min(length, headLeft);
      System.arraycopy(head, MetaPage.SIZE - headLeft, buffer, offset, count);
      headLeft -= count;
    } else {
      count = in.read(buffer, offset, length);
    }
    if (count < 0) {
      verifyEnd();
      return -1;
    }
    account(buffer, offset, count);
    return count;
  }

  private void account(byte[] buffer, int offset, int count) throws CorruptBackupException {
    if (count > size - position) {
      throw corrupt("goes on after the " + size + " bytes its first page announces");
    }
    long database = size - TRAILER_SIZE;
    int hashed = (int) Math.min(count, Math.max(0, database - position));
    sha256.update(buffer, offset, hashed);
    if (hashed < count) {
      int at = (int) (position + hashed - database);
      System.arraycopy(buffer, offset + hashed, trailer, at, count - hashed);
    }
    position += count;
  }

  private void verifyEnd() throws CorruptBackupException {
    if (position < size) {
      throw corrupt("ends after " + position + " of " + size + " bytes");
    }
    byte[] computed;
    byte[] whole;
    try {
      MessageDigest withTrailer = (MessageDigest) sha256.clone();
      withTrailer.update(trailer);
      whole = withTrailer.digest();
      computed = sha256.digest();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of this Java runtime cannot be cloned", e);
    }
    if (!Arrays.equals(computed, trailer)) {
      throw corrupt("does not match the SHA-256 at its end");
    }
    digest = new SnapshotDigest(size, HexFormat.of().formatHex(whole), OptionalLong.empty());
  }

  private long announcedSize() throws CorruptBackupException {
    MetaPage meta = MetaPage.at(head, 0);
    if (!meta.isMeta() || !meta.isIntact()) {
      throw corrupt("does not begin with the header of an etcd database");
    }
    if (!meta.hasPossiblePageSize() || meta.pages() < 2 || meta.pages() > MetaPage.MAX_PAGES) {
      throw corrupt(
          "announces "
              + Long.toUnsignedString(meta.pages())
              + (meta.pages() == 1 ? " page of " : " pages of ")
              + meta.pageSize()
              + " bytes");
    }
    return meta.pages() * meta.pageSize() + TRAILER_SIZE;
  }

  private static CorruptBackupException corrupt(String problem) {
    return new CorruptBackupException("the snapshot " + problem);
  }

  private void rethrow() throws IOException {
    if (failure instanceof IOException known) {
      throw known;
    }
    if (failure instanceof RuntimeException unchecked) {
      throw unchecked;
    }
  }
}
