package dev.etcdbackup.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes Ctrl-C and SIGTERM end the work of a thread as a failure would, so that uploads are aborted
 * and temporary files removed. Waits for that at most five seconds.
 *
 * <p>Java ends with 128 and the signal's number then, unless a signal is {@linkplain #expect how
 * the work ends}.
 */
final class Interruption {
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile Duration patience = Duration.ofSeconds(5);
  private volatile boolean expected;
  private volatile int code;

  private Interruption() {}

  /** Lets a signal to the process interrupt the calling thread, until {@link #end}. */
  static Interruption begin() {
    Interruption interruption = new Interruption();
    Thread worker = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> interruption.interrupt(worker), "interruption"));
    return interruption;
  }

  /** One that no signal reaches, for work within another process. */
  static Interruption none() {
    return new Interruption();
  }

  /**
   * Says that from here on a signal is how the work ends: the process ends with the code of the
   * work.
   *
   * @param longest how long the work may take to end
   */
  void expect(Duration longest) {
    patience = longest;
    expected = true;
  }

  /** Says that the work is done. To be called by the thread before it ends the process itself. */
  void end(int withCode) {
    code = withCode;
    done.countDown();
  }

  private void interrupt(Thread worker) {
    if (done.getCount() == 0) {
      return; // it is the worker that ends the process
    }
    worker.interrupt();
    try {
      if (!done.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("etcd-backup: the work did not end in time");
      } else if (expected) {
        System.out.flush();
        Runtime.getRuntime().halt(code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
