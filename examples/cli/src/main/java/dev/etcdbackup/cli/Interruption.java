package dev.etcdbackup.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes Ctrl-C and SIGTERM end the work of a thread as a failure would, so that uploads are aborted
 * and temporary files removed. Waits for that at most five seconds.
 */
final class Interruption {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook;

  private Interruption(Thread worker) {
    hook = new Thread(() -> interrupt(worker), "interruption");
  }

  /** Lets a signal to the process interrupt the calling thread, until {@link #end()}. */
  static Interruption begin() {
    Interruption interruption = new Interruption(Thread.currentThread());
    Runtime.getRuntime().addShutdownHook(interruption.hook);
    return interruption;
  }

  /** Says that the work is done. To be called by the thread before it ends the process itself. */
  void end() {
    done.countDown();
  }

  private void interrupt(Thread worker) {
    worker.interrupt();
    try {
      if (!done.await(5, TimeUnit.SECONDS)) {
        System.err.println("etcd-backup: the work did not end in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
