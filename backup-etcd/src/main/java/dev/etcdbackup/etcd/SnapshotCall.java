package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.SnapshotRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Detachable;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one Snapshot call, pulled: etcd sends as fast as they are read and no faster.
 *
 * <p>At most {@value #PREFETCH} messages are on their way or unread, 1 MiB at etcd's 32 KiB each,
 * outside the heap. gRPC's thread puts them in the queue and never waits; one thread reads. A
 * caller that closes cancels the call and wakes the reader.
 *
 * <p>A read waits no longer than the no-progress timeout, whatever else arrives than bytes; time in
 * which nothing is read does not count. The deadline ends the call whether its bytes are read or
 * not.
 */
final class SnapshotCall extends InputStream {
  /** Messages on their way or unread, at most. */
  static final int PREFETCH = 32;

  private static final int MAX_MESSAGE_BYTES = 1 << 20;

  private static final MethodDescriptor<SnapshotRequest, InputStream> METHOD =
      MaintenanceGrpc.getSnapshotMethod().toBuilder(
              MaintenanceGrpc.getSnapshotMethod().getRequestMarshaller(), new RawMarshaller())
          .build();

  private final URI endpoint;
  private final CallDeadlines limits;
  private final ClientCall<SnapshotRequest, InputStream> call;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Queue<SnapshotMessage> unread = new ArrayDeque<>(PREFETCH);
  private @Nullable SnapshotMessage current;
  private @Nullable Status end;
  private @Nullable SourceException failure;
  private int consumed; // messages since the last request for more

  private SnapshotCall(
      URI endpoint, CallDeadlines limits, ClientCall<SnapshotRequest, InputStream> call) {
    this.endpoint = endpoint;
    this.limits = limits;
    this.call = call;
  }

  /**
   * Calls, and waits for the first message or a refusal.
   *
   * @param endpoint for messages
   * @param channel to the member
   * @param options with the credentials
   * @throws SourceException when etcd refuses, stalls, or the thread is interrupted; the call has
   *     ended then
   */
  static SnapshotCall begin(
      URI endpoint, Channel channel, CallOptions options, CallDeadlines limits)
      throws SourceException {
    CallOptions snapshotOptions =
        options
            .withoutWaitForReady()
            .withDeadline(limits.deadline())
            .withMaxInboundMessageSize(MAX_MESSAGE_BYTES)
            .withExecutor(Runnable::run); // the listener only queues
    SnapshotCall begun =
        new SnapshotCall(endpoint, limits, channel.newCall(METHOD, snapshotOptions));
    begun.start();
    return begun;
  }

  private void start() throws SourceException {
    call.start(new Arrivals(), new Metadata());
    call.request(PREFETCH);
    call.sendMessage(SnapshotRequest.getDefaultInstance());
    call.halfClose();
    lockOrFail();
    try {
      if (!nextMessage(giveUpAt())) {
        throw fail("ended before it began", null);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws SourceException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws SourceException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (length == 0) {
      return 0;
    }
    lockOrFail();
    try {
      long giveUpAt = giveUpAt();
      while (true) {
        int count = readCurrent(buffer, offset, length);
        if (count > 0) {
          return count;
        }
        requireTime(giveUpAt); // messages without bytes are no progress
        if (!nextMessage(giveUpAt)) {
          return -1;
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the call, if it has not ended, and wakes the reader. Any thread, any number of times. */
  @Override
  public void close() {
    lock.lock();
    try {
      fail("closed", null);
    } finally {
      lock.unlock();
    }
  }

  private int readCurrent(byte[] buffer, int offset, int length) throws SourceException {
    rethrow();
    if (current == null) {
      return -1;
    }
    try {
      return current.read(buffer, offset, length);
    } catch (IOException e) {
      throw fail("not what etcd sends: " + e.getMessage(), e);
    }
  }

  /** Makes the next message the current one; false at the end of a call that ended well. */
  private boolean nextMessage(long giveUpAt) throws SourceException {
    release(current);
    current = null;
    if (!awaitMessage(giveUpAt)) {
      return false;
    }
    current = unread.remove();
    consumed++;
    if (consumed == PREFETCH / 2) {
      call.request(consumed);
      consumed = 0;
    }
    return true;
  }

  private boolean awaitMessage(long giveUpAt) throws SourceException {
    try {
      while (unread.isEmpty()) {
        rethrow();
        if (end != null) {
          if (end.isOk()) {
            return false;
          }
          throw fail(limits.explain(end), end.asException());
        }
        long unused = arrived.awaitNanos(requireTime(giveUpAt));
      }
      return true;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private long giveUpAt() {
    return System.nanoTime() + limits.noProgress().toNanos();
  }

  private long requireTime(long giveUpAt) throws SourceException {
    long left = giveUpAt - System.nanoTime();
    if (left <= 0) {
      throw fail("no bytes for " + CallDeadlines.text(limits.noProgress()), null);
    }
    return left;
  }

  private void lockOrFail() throws SourceException {
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      lock.lock();
      try {
        throw interrupted(e);
      } finally {
        lock.unlock();
      }
    }
  }

  private SourceException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return fail("interrupted", e);
  }

  private void rethrow() throws SourceException {
    if (failure != null) {
      throw failure;
    }
  }

  /** Ends everything; the first failure stays. With the lock held. */
  private SourceException fail(String problem, @Nullable Throwable cause) {
    if (failure == null) {
      failure = new SourceException("snapshot of " + endpoint + ": " + problem, cause);
      call.cancel(problem, cause);
      release(current);
      current = null;
      unread.forEach(SnapshotCall::release);
      unread.clear();
      arrived.signalAll();
    }
    return failure;
  }

  private static void release(@Nullable SnapshotMessage message) {
    if (message == null) {
      return;
    }
    try {
      message.close();
    } catch (IOException e) {
      throw new UncheckedIOException("a buffer in memory cannot be released", e);
    }
  }

  /** gRPC's side: queues what comes, on gRPC's own thread. */
  private final class Arrivals extends ClientCall.Listener<InputStream> {
    @Override
    public void onMessage(InputStream bytes) {
      SnapshotMessage message = new SnapshotMessage(bytes);
      lock.lock();
      try {
        if (failure == null) {
          unread.add(message);
          arrived.signalAll();
        } else {
          release(message);
        }
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      lock.lock();
      try {
        end = status;
        arrived.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** Takes messages over as the buffers they arrived in. */
  private static final class RawMarshaller implements MethodDescriptor.Marshaller<InputStream> {
    @Override
    public InputStream stream(InputStream value) {
      return value;
    }

    @Override
    public InputStream parse(InputStream stream) {
      if (stream instanceof Detachable received) {
        return received.detach();
      }
      try {
        return new ByteArrayInputStream(stream.readAllBytes()); // was compressed
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
