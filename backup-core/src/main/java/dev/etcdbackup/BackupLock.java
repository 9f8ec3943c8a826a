package dev.etcdbackup;

import java.io.IOException;
import java.util.Optional;

/**
 * Sees to it that of many replicas one writes. The scheduler takes the lock of a project before
 * each run, looks what is stored, and gives it back after the run.
 *
 * <p>Thread-safe. A lock that lives in another process or machine keeps itself alive while it is
 * held, and can be lost all the same: its service is restarted, this process is paused. Whoever
 * holds it learns of that in two ways: by being told, and by asking just before what must not
 * happen twice.
 */
public interface BackupLock {
  /**
   * Takes the lock of a project if nobody holds it. Does not wait for the holder; blocks as long as
   * it takes to ask, some seconds at most. Interrupting the thread ends the call with an exception.
   *
   * @param project the project
   * @param onLoss run at most once, by any thread, when the lock is lost before it was given back;
   *     quick, and never run after {@link Held#close()} has returned
   * @return the lock, to be closed; empty when somebody holds it, this process included
   * @throws IOException when it cannot be told who holds it; the lock is not held then, or lapses
   *     by itself
   */
  Optional<Held> tryAcquire(String project, Runnable onLoss) throws IOException;

  /**
   * A lock among the schedulers of this process that are given this same object. It is never lost.
   *
   * @return a new lock
   */
  static BackupLock inProcess() {
    return new InProcessLock();
  }

  /** A lock that is held. Thread-safe. */
  interface Held extends AutoCloseable {
    /**
     * Makes sure that the lock is still held: not by what was last heard, but by what is true now,
     * however long this process was paused. Asks the lock's service if need be, for some seconds at
     * most. Once false, false for ever.
     *
     * @return true when it is held; false when it is lost, was given back, or nobody can tell
     */
    boolean confirm();

    /** Gives the lock back, if it is still held. Never throws; closing again does nothing. */
    @Override
    void close();
  }
}
