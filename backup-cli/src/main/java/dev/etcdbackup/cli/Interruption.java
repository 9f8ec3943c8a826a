package dev.etcdbackup.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Interrupts the working thread on Ctrl-C and SIGTERM, so that it aborts uploads and removes
 * temporary files. Waits for that at most five seconds.
 *
 * <p>The process then ends with 128 plus the signal's number, unless the signal is {@linkplain
 * #expect the normal way to stop}.
 */
final class Interruption {
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile Duration patience = Duration.ofSeconds(5);
  private volatile boolean expected;
  private volatile boolean signalled;
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

  /** One without a shutdown hook, for commands that run within another process. */
  static Interruption none() {
    return new Interruption();
  }

  /**
   * Declares that from now on a signal is the normal way to stop: the process ends with the code
   * that is passed to {@link #end}.
   *
   * @param longest how long the work may take to end
   */
  void expect(Duration longest) {
    patience = longest;
    expected = true;
  }

  /**
   * Ends the work. The thread calls this before it ends the process itself.
   *
   * @return whether a signal ended the work and is about to end the process: the thread must not
   *     end it then, for its code might win over that of the signal
   */
  boolean end(int withCode) {
    code = withCode;
    done.countDown();
    return signalled;
  }

  /** What a signal does. */
  void interrupt(Thread worker) {
    if (done.getCount() == 0) {
      return; // the worker itself ends the process
    }
    signalled = true;
    worker.interrupt();
    try {
      if (!done.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println("etcd-backup: the command did not end in time");
      } else if (expected) {
        System.out.flush();
        Runtime.getRuntime().halt(code);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
