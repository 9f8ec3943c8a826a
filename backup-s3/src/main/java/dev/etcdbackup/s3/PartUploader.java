package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * The parts of one multipart upload, some of them on their way at once.
 *
 * <p>Used by the one thread that reads the content. There are no more buffers than parts on their
 * way and the one that is being filled; they are used again.
 */
final class PartUploader {
  /** How long parts may take to end by themselves before their upload is aborted under them. */
  private static final Duration GRACE = Duration.ofMillis(300);

  /** How long a failed put waits until nothing is left behind it; the rest is done without it. */
  private static final Duration CLEANING = Duration.ofSeconds(10);

  /** The same when the thread was interrupted. */
  private static final Duration HURRIED_CLEANING = Duration.ofMillis(600);

  private final Uploads uploads;
  private final Workers workers;
  private final BackupKey key;
  private final String upload;
  private final int parallel;

  private final Deque<byte[]> free = new ArrayDeque<>();
  private final TreeMap<Integer, CompletedPart> done = new TreeMap<>();
  private final Set<Thread> sending = new HashSet<>();
  private final CountDownLatch cleaned = new CountDownLatch(1);
  private int inFlight;
  private boolean abandoned;
  private @Nullable Throwable failure;

  PartUploader(Uploads uploads, Workers workers, BackupKey key, String upload, int parallel) {
    this.uploads = uploads;
    this.workers = workers;
    this.key = key;
    this.upload = upload;
    this.parallel = parallel;
  }

  /** A buffer of at least this size. */
  synchronized byte[] buffer(int size) {
    byte[] buffer = free.poll();
    return buffer != null && buffer.length >= size ? buffer : new byte[size];
  }

  /** Sends a part; waits while as many as may be are on their way. The buffer is then ours. */
  void send(int number, byte[] buffer, int length) throws BackupException, InterruptedException {
    start(number, buffer, () -> uploads.part(key, upload, number, buffer, length));
  }

  /** Lets the server take a part from another object; waits likewise. */
  void copy(int number, S3Bucket from, StoredBackup source, long offset, long length)
      throws BackupException, InterruptedException {
    start(number, null, () -> uploads.copy(key, upload, number, from, source, offset, length));
  }

  private interface Request {
    CompletedPart send() throws BackupException;
  }

  private void start(int number, byte @Nullable [] buffer, Request request)
      throws BackupException, InterruptedException {
    synchronized (this) {
      while (inFlight == parallel && failure == null) {
        wait();
      }
      throwFailure();
      inFlight++;
    }
    workers.start(() -> upload(number, buffer, request));
  }

  /** Waits until all were received, and says what S3 wants to hear of them. */
  synchronized List<CompletedPart> finish() throws BackupException, InterruptedException {
    while (inFlight > 0 && failure == null) {
      wait();
    }
    throwFailure();
    free.clear();
    return new ArrayList<>(done.values());
  }

  /**
   * Gives the upload up. Nothing is left of it when this returns, unless the server is too slow:
   * then the cleaning goes on without the caller, as long as its requests may take.
   *
   * @param why what will be thrown; gets the failure of the cleaning as suppressed
   */
  void abandon(Throwable why) {
    synchronized (this) {
      abandoned = true;
      free.clear();
      sending.forEach(Thread::interrupt);
    }
    boolean interrupted = Thread.interrupted() || why instanceof InterruptedException;
    try {
      workers.callThrough(this::clean, cleaned -> {}, interrupted ? HURRIED_CLEANING : CLEANING);
    } catch (InterruptedException e) {
      interrupted = true;
      awaitCleaned();
    } catch (BackupException e) {
      why.addSuppressed(e);
    } catch (TimeoutException e) {
      // goes on
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** After an interrupt during the cleaning, waits for a shorter time, not for none. */
  private void awaitCleaned() {
    try {
      var unused = cleaned.await(HURRIED_CLEANING.toMillis(), TimeUnit.MILLISECONDS); // or goes on
    } catch (InterruptedException again) {
      // goes on without the caller
    }
  }

  /**
   * Aborts when all parts have ended, because the server may keep one that arrives later; and
   * immediately when they take too long.
   */
  private boolean clean() throws BackupException {
    try {
      if (!awaitQuiet(GRACE)) {
        try {
          uploads.abort(key, upload);
        } catch (StoreException e) {
          // once more below
        }
        awaitQuiet(null);
      }
      uploads.abort(key, upload);
      return true;
    } finally {
      cleaned.countDown();
    }
  }

  private synchronized boolean awaitQuiet(@Nullable Duration limit) {
    long end = limit == null ? 0 : System.nanoTime() + limit.toNanos();
    try {
      while (inFlight > 0) {
        long left = limit == null ? Long.MAX_VALUE : end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        wait(left / 1_000_000 + 1);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return inFlight == 0;
  }

  private void upload(int number, byte @Nullable [] buffer, Request request) {
    CompletedPart part = null;
    Throwable problem = null;
    try {
      if (begin()) {
        part = request.send();
      }
    } catch (Throwable e) {
      problem = e;
    }
    end(number, buffer, part, problem);
  }

  private synchronized boolean begin() {
    sending.add(Thread.currentThread());
    return !abandoned;
  }

  private synchronized void end(
      int number,
      byte @Nullable [] buffer,
      @Nullable CompletedPart part,
      @Nullable Throwable problem) {
    sending.remove(Thread.currentThread());
    inFlight--;
    if (part != null) {
      done.put(number, part);
    }
    if (failure == null) {
      failure = problem;
    }
    if (!abandoned && buffer != null) {
      free.add(buffer);
    }
    notifyAll();
  }

  private void throwFailure() throws BackupException {
    if (failure instanceof BackupException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    if (failure != null) {
      throw new IllegalStateException(failure);
    }
  }
}
