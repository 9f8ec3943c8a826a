package dev.etcdbackup.snapshot.bbolt;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Bytes that can be read anywhere: a file, or a stored object by ranges.
 *
 * <p>Thread-safe: any number of threads may read at once. Nothing is mapped into memory and nothing
 * is kept between calls.
 */
public interface RandomAccessBytes extends Closeable {
  /**
   * How many bytes there are. Does not change.
   *
   * @return the size, 0 or more
   */
  long size();

  /**
   * Reads bytes, all that are asked for.
   *
   * @param position where they begin, 0 or more
   * @param target where they go
   * @param offset where in the target they begin
   * @param length how many; position and length stay within {@link #size()}
   * @throws IOException when they cannot be read; {@link java.io.EOFException} when there are fewer
   *     than {@link #size()} said
   */
  void read(long position, byte[] target, int offset, int length) throws IOException;

  /**
   * All bytes in order, for one reader.
   *
   * @return the bytes, to be closed by the caller
   * @throws IOException when they cannot be read
   */
  default InputStream stream() throws IOException {
    return stream(0, size());
  }

  /**
   * A range of the bytes in order, for one reader.
   *
   * @param position where the range begins
   * @param length how long it is; both stay within {@link #size()}
   * @return the bytes, to be closed by the caller
   * @throws IOException when they cannot be read
   */
  default InputStream stream(long position, long length) throws IOException {
    return new PositionalStream(this, position, length);
  }

  /**
   * How much to read when it is not known that what follows is wanted too.
   *
   * @return bytes, a power of two; 4 KiB by default
   */
  default int smallestRead() {
    return 4 << 10;
  }

  /**
   * How much to read at most when what follows is wanted too.
   *
   * @return bytes, a power of two and no less than {@link #smallestRead()}; 256 KiB by default, for
   *     arrays of half a MiB and more are humongous objects in a small heap
   */
  default int largestRead() {
    return 256 << 10;
  }

  /**
   * Begins a pass over the bytes.
   *
   * @param total how many bytes it passes at most
   * @return takes the progress of the pass; ignores it by default
   */
  default PassProgress pass(long total) {
    return PassProgress.NONE;
  }

  /**
   * Opens a file, of any size.
   *
   * <p>A thread interrupted while it reads finds the file closed ({@link
   * java.nio.channels.ClosedByInterruptException}), for every other reader too.
   *
   * @param file the file; truncating it meanwhile fails reads, but nothing else
   * @return its bytes, to be closed by the caller
   * @throws NoSuchFileException when there is no such file
   * @throws IOException when it cannot be opened
   */
  static RandomAccessBytes ofFile(Path file) throws IOException {
    return FileBytes.open(file);
  }
}
