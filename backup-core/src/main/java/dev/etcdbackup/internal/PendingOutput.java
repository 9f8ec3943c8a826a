package dev.etcdbackup.internal;

import java.io.ByteArrayOutputStream;

/** What was written and not taken yet. For one thread. */
public final class PendingOutput extends ByteArrayOutputStream {
  private int taken;

  /**
   * Creates an empty one.
   *
   * @param capacity how many bytes it holds before it grows
   */
  public PendingOutput(int capacity) {
    super(capacity);
  }

  /**
   * Whether everything was taken.
   *
   * @return true when nothing is left
   */
  public boolean isEmpty() {
    return count == 0;
  }

  /**
   * Takes bytes out.
   *
   * @param target where they go
   * @param offset where in the target they begin
   * @param length how many at most, 1 or more
   * @return how many; -1 when there are none
   */
  public int take(byte[] target, int offset, int length) {
    if (isEmpty()) {
      return -1;
    }
    int moved = Math.min(length, count - taken);
    System.arraycopy(buf, taken, target, offset, moved);
    taken += moved;
    if (taken == count) {
      reset();
      taken = 0;
    }
    return moved;
  }
}
