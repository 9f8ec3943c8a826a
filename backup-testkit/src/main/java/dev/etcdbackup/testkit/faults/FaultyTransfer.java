package dev.etcdbackup.testkit.faults;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * One direction of the data of a call, and the fault that may be injected into it. Not thread-safe.
 */
final class FaultyTransfer {
  private static final int BUFFER = 64 << 10;

  private final @Nullable Fault fault;
  private final byte[] buffer = new byte[BUFFER];
  private long passed;
  private boolean due;
  private boolean slow;
  private volatile boolean abandoned;

  /** Creates a transfer with or without a fault. */
  FaultyTransfer(@Nullable Fault fault) {
    this.fault = fault;
    this.due = fault != null;
  }

  /** Returns the number of bytes that were transferred. */
  long passed() {
    return passed;
  }

  /** Ends a stall with a failure. May be called on any thread. */
  void abandon() {
    abandoned = true;
    if (fault != null) {
      fault.wake();
    }
  }

  /**
   * Injects the fault when its position is reached. Called before the first byte and after the last
   * one.
   */
  void injectIfSet() throws IOException, InterruptedException {
    Fault fault = this.fault;
    if (!due || fault == null || passed != fault.position() || fault.hasEnded()) {
      return;
    }
    switch (fault.kind()) {
      case CORRUPT, LOSE_REPLY, WRONG_ETAG, EMPTY_ETAG -> {} // injected elsewhere or later
      case SLOW -> slow = true; // counted when data are slowed down
      case STALL -> {
        due = false;
        fault.fire();
        fault.hold(() -> abandoned);
        if (abandoned) {
          throw new IOException("closed while stalled by " + fault);
        }
      }
      default -> {
        due = false;
        fault.fire();
        throw new InjectedFaultException(fault);
      }
    }
  }

  /** Transfers a number of bytes. */
  void copy(InputStream in, OutputStream out, long length)
      throws IOException, InterruptedException {
    long left = length;
    while (left > 0) {
      long count = step(in, out, left);
      if (count < 0) {
        throw new EOFException("the other side ended " + left + " bytes too early");
      }
      left -= count;
    }
  }

  /** Transfers all bytes. */
  void copy(InputStream in, OutputStream out) throws IOException, InterruptedException {
    long count = 0;
    while (count >= 0) {
      count = step(in, out, Long.MAX_VALUE);
    }
  }

  private int step(InputStream in, OutputStream out, long atMost)
      throws IOException, InterruptedException {
    int count = read(in, buffer, 0, (int) Math.min(atMost, BUFFER));
    if (count > 0) {
      out.write(buffer, 0, count);
    }
    return count;
  }

  /** Reads from the stream and injects the fault. */
  int read(InputStream in, byte[] target, int offset, int length)
      throws IOException, InterruptedException {
    injectIfSet();
    int count = in.read(target, offset, (int) Math.min(length, room()));
    if (count > 0) {
      change(target, offset);
      passed += count;
    }
    return count;
  }

  /** Limits a read so that it does not pass the position of the fault. */
  private long room() {
    Fault fault = this.fault;
    if (fault == null) {
      return BUFFER;
    }
    if (slow && !fault.hasEnded()) {
      return Fault.SLOW_STEP;
    }
    boolean ahead = due && passed < fault.position();
    return ahead ? Math.min(BUFFER, fault.position() - passed) : BUFFER;
  }

  private void change(byte[] target, int offset) throws InterruptedException {
    Fault fault = this.fault;
    if (fault == null) {
      return;
    }
    boolean corrupts = fault.kind() == Effect.Kind.CORRUPT && passed == fault.position();
    if (due && (slow || corrupts)) {
      due = false;
      fault.fire();
      if (corrupts) {
        target[offset] ^= (byte) 0xff;
      }
    }
    if (slow) {
      fault.pace();
    }
  }
}
