package dev.etcdbackup.snapshot.bbolt;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The part of a stream that was read last, as much of it as is still needed. Begins with up to 128
 * KiB of it. For one thread.
 */
final class PassingWindow implements ByteWindow {
  private static final int HEAD = 128 << 10; // both meta pages, whatever the page size
  private static final int PIECE = 64 << 10; // see TrailerCheck
  private static final int LARGEST = 256 << 10;

  private final InputStream in;
  private byte[] array = new byte[LARGEST];
  private long start;
  private int length;

  PassingWindow(InputStream in) throws IOException {
    this.in = in;
    this.length = in.readNBytes(array, 0, HEAD);
  }

  /** Where what was read ends. */
  long end() {
    return start + length;
  }

  /**
   * Reads on.
   *
   * @param needed the position of the first byte that is still needed; none before it is readable
   *     from now on
   * @return whether there was more
   */
  boolean read(long needed) throws IOException {
    if (array.length - length < PIECE) {
      dropBefore(needed);
    }
    int read = in.read(array, length, PIECE);
    length += Math.max(read, 0);
    return read >= 0;
  }

  private void dropBefore(long needed) {
    int from = (int) (needed - start);
    int left = length - from;
    byte[] target = left > array.length / 4 * 3 ? new byte[2 * array.length] : array;
    System.arraycopy(array, from, target, 0, left);
    array = target;
    start = needed;
    length = left;
  }

  /** The first bytes of the stream, before anything else was read of it. */
  byte[] head(int wanted) {
    return Arrays.copyOf(array, Math.min(wanted, length));
  }

  @Override
  public int largest() {
    return LARGEST;
  }

  @Override
  public int at(long position, int wanted) {
    if (position < start || position + wanted > end()) {
      throw new IllegalArgumentException(
          "bytes " + position + " to " + (position + wanted) + " are not in the window");
    }
    return (int) (position - start);
  }

  @Override
  public byte[] array() {
    return array;
  }
}
