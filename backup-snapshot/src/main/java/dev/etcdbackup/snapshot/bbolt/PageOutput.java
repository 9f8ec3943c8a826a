package dev.etcdbackup.snapshot.bbolt;

import dev.etcdbackup.internal.EarlyForce;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** Writes pages to a file, one after the other, in pieces of 1 MiB, and begins to force them. */
final class PageOutput implements Closeable {
  private static final int PIECE = 1 << 20;
  private static final byte[] ZEROS = new byte[4 << 10];

  private final FileChannel file;
  private final EarlyForce early;
  private final int pageSize;
  private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE).order(ByteOrder.LITTLE_ENDIAN);
  private long position; // of the piece in the file
  private long next;
  private long left; // bytes of the page begun

  /**
   * @param first the number of the first page that is written
   */
  PageOutput(FileChannel file, int pageSize, long first) {
    this.file = file;
    this.early = new EarlyForce(file);
    this.pageSize = pageSize;
    this.next = first;
    this.position = first * pageSize;
  }

  int pageSize() {
    return pageSize;
  }

  /** The first page not written yet. */
  long next() {
    return next;
  }

  /**
   * Begins a page, which takes as many as its content needs.
   *
   * @param kind its flags
   * @param count how many elements it has
   * @param size how long it is with its header, which is written here
   * @return its number
   */
  long begin(int kind, int count, long size) throws IOException {
    long id = next;
    long pages = (size + pageSize - 1) / pageSize;
    next += pages;
    left = pages * pageSize;
    putInt64(id);
    putInt64(header(kind, count, (int) (pages - 1)));
    return id;
  }

  /** Fills the page begun with zeros. */
  void end() throws IOException {
    while (left > 0) {
      reserve(1);
      int length = (int) Math.min(left, Math.min(piece.remaining(), ZEROS.length));
      piece.put(ZEROS, 0, length);
      left -= length;
    }
  }

  void putInt64(long value) throws IOException {
    reserve(Long.BYTES);
    piece.putLong(value);
    left -= Long.BYTES;
  }

  void put(byte[] array, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      reserve(1);
      int part = Math.min(length - done, piece.remaining());
      piece.put(array, offset + done, part);
      done += part;
    }
    left -= length;
  }

  /** Writes what is not written yet. */
  void flush() throws IOException {
    piece.flip();
    write(piece, position);
    position += piece.limit();
    early.wrote(piece.limit());
    piece.clear();
  }

  /** Forces what was written to the disk. */
  void force() throws IOException {
    early.force();
  }

  /** Waits until nothing is being forced. */
  @Override
  public void close() {
    early.close();
  }

  /** Writes at any place, past the pages. */
  void write(ByteBuffer bytes, long at) throws IOException {
    int from = bytes.position();
    while (bytes.hasRemaining()) {
      file.write(bytes, at + bytes.position() - from);
    }
  }

  /** The second half of a page header. */
  static long header(int kind, int count, int overflow) {
    return kind | (long) count << 16 | (long) overflow << 32;
  }

  private void reserve(int bytes) throws IOException {
    if (piece.remaining() < bytes) {
      flush();
    }
  }
}
