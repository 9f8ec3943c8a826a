package dev.etcdbackup.snapshot;

import dev.etcdbackup.internal.EarlyForce;
import dev.etcdbackup.internal.PendingWrites;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Appends bytes to a file by a thread of its own, so that whoever makes them does not wait for the
 * file system. Holds {@value #BUFFERS} buffers of 256 KiB; when all are being written, the caller
 * waits. For one thread.
 */
final class WriteBehind implements Closeable {
  private static final int BUFFERS = 8;
  private static final int SIZE = 256 << 10; // see KeyIndex

  private final FileChannel channel;
  private final @Nullable EarlyForce early; // of the thread that writes, then of the caller
  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "etcd-backup-write");
            thread.setDaemon(true);
            return thread;
          });
  private final Deque<Future<ByteBuffer>> writes = new ArrayDeque<>();
  private long position;
  private int made;
  private @Nullable ByteBuffer filling;

  /**
   * @param channel the file, which only this writes from now on, from its beginning; not closed
   * @param forces whether what is written is also forced to the disk meanwhile; the end is not
   */
  WriteBehind(FileChannel channel, boolean forces) {
    this.channel = channel;
    this.early = forces ? new EarlyForce(channel) : null;
  }

  /** Appends bytes, which may be changed afterwards. Throws when an earlier write failed. */
  void append(byte[] array, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      ByteBuffer buffer = filling == null ? next() : filling;
      filling = buffer;
      int part = Math.min(length - done, buffer.remaining());
      buffer.put(array, offset + done, part);
      done += part;
      if (!buffer.hasRemaining()) {
        write(buffer);
        filling = null;
      }
    }
  }

  /** Waits until all is written, and ends the thread. Nothing can be appended any more. */
  void finish() throws IOException {
    if (filling != null) {
      write(filling);
      filling = null;
    }
    while (!writes.isEmpty()) {
      PendingWrites.await(writes.remove());
    }
    if (early != null) {
      early.await();
    }
    executor.shutdown();
  }

  private ByteBuffer next() throws IOException {
    if (made == BUFFERS) {
      return PendingWrites.await(writes.remove());
    }
    made++;
    return ByteBuffer.allocate(SIZE);
  }

  private void write(ByteBuffer buffer) {
    buffer.flip();
    long from = position;
    position += buffer.remaining();
    writes.add(
        executor.submit(
            () -> {
              long at = from;
              while (buffer.hasRemaining()) {
                at += channel.write(buffer, at);
              }
              if (early != null) {
                early.wrote(at - from);
              }
              return buffer.clear();
            }));
  }

  /** Ends the thread after the writes that were begun; those that wait are not done. */
  @Override
  public void close() {
    executor.shutdownNow();
    boolean interrupted = false;
    while (true) {
      try {
        if (executor.awaitTermination(1, TimeUnit.MINUTES)) {
          break;
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (early != null) {
      early.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
