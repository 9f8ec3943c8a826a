package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** A stream made readable anywhere: in memory when it is short, else by way of a file. */
abstract sealed class SpooledBytes implements RandomAccessBytes {
  /** Whether it is in memory; otherwise it is in a file. */
  abstract boolean inMemory();

  /**
   * Reads a stream to its end.
   *
   * @param stream the stream; not closed
   * @param inMemory how many bytes to keep in memory at most
   * @param directory where a file goes when there are more; deleted when the result is closed, and
   *     when this throws
   * @throws ReadException what the stream threw
   * @throws IOException when the file cannot be written
   */
  static SpooledBytes of(InputStream stream, int inMemory, Path directory) throws IOException {
    ByteArrayOutputStream start = new ByteArrayOutputStream();
    byte[] piece = new byte[64 << 10];
    int read = 0;
    while (start.size() <= inMemory && (read = read(stream, piece)) >= 0) {
      start.write(piece, 0, read);
    }
    if (read < 0) {
      return new InMemory(start.toByteArray());
    }
    Path file = Files.createTempFile(directory, "etcd-backup-", ".db");
    try {
      try (OutputStream out = Files.newOutputStream(file)) {
        start.writeTo(out);
        while ((read = read(stream, piece)) >= 0) {
          out.write(piece, 0, read);
        }
      }
      return new InFile(RandomAccessBytes.ofFile(file), file);
    } catch (IOException | RuntimeException | Error e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  private static int read(InputStream stream, byte[] piece) throws ReadException {
    try {
      return stream.read(piece);
    } catch (IOException e) {
      throw new ReadException(e);
    }
  }

  /** What a stream threw, told from what writing threw. */
  static final class ReadException extends IOException {
    private static final long serialVersionUID = 1L;
    private final IOException thrown;

    private ReadException(IOException thrown) {
      super(thrown);
      this.thrown = thrown;
    }

    IOException thrown() {
      return thrown;
    }
  }

  private static final class InMemory extends SpooledBytes {
    private final byte[] bytes;

    InMemory(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    boolean inMemory() {
      return true;
    }

    @Override
    public long size() {
      return bytes.length;
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      System.arraycopy(bytes, Math.toIntExact(position), target, offset, length);
    }

    @Override
    public void close() {
      // memory goes by itself
    }
  }

  /** A file that goes when it is closed. */
  private static final class InFile extends SpooledBytes {
    private final RandomAccessBytes bytes;
    private final Path file;

    InFile(RandomAccessBytes bytes, Path file) {
      this.bytes = bytes;
      this.file = file;
    }

    @Override
    boolean inMemory() {
      return false;
    }

    @Override
    public long size() {
      return bytes.size();
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) throws IOException {
      bytes.read(position, target, offset, length);
    }

    @Override
    public void close() throws IOException {
      try {
        bytes.close();
      } finally {
        Files.deleteIfExists(file);
      }
    }
  }
}
