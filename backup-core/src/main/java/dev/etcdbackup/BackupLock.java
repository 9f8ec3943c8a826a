package dev.etcdbackup;

import java.io.IOException;
import java.util.Optional;

/**
 * A lock for each project that allows only one of several replicas to write backups. The scheduler
 * acquires the lock of a project before each run, then lists the stored backups, and releases the
 * lock after the run.
 *
 * <p>Thread-safe. A lock that is kept by another process or machine renews itself while it is held.
 * It can be lost nevertheless, for example when its service is restarted or this process is paused.
 * A holder detects the loss in two ways: the lock runs {@code onLoss}, and {@link Held#confirm}
 * returns false just before an action that must not happen twice.
 */
public interface BackupLock {
  /**
   * Acquires the lock of a project if it is free. Does not wait for a holder to release it; blocks
   * for the request to the lock's service, a few seconds at most. Interrupting the thread ends the
   * call with an exception.
   *
   * @param project the project
   * @param onLoss run at most once, on any thread, when the lock is lost before it was released;
   *     must return quickly; never run after {@link Held#close()} has returned
   * @return the lock, which the caller closes; empty when it is held already, be it by another
   *     process or by this one
   * @throws IOException when the lock's service cannot answer; the lock is then not held, or
   *     expires by itself
   */
  Optional<Held> tryAcquire(String project, Runnable onLoss) throws IOException;

  /**
   * Returns a lock between the schedulers of this process that share the returned object. It is
   * never lost.
   *
   * @return a new lock
   */
  static BackupLock inProcess() {
    return new InProcessLock();
  }

  /** A lock that is held. Thread-safe. */
  interface Held extends AutoCloseable {
    /**
     * Returns whether the lock is held at the time of the call, even if this process was paused
     * before. Asks the lock's service if necessary, for a few seconds at most. After it has
     * returned false once, it always returns false.
     *
     * @return true when the lock is held; false when it is lost, was released, or the service does
     *     not answer
     */
    boolean confirm();

    /** Releases the lock, if it is still held. Never throws; closing again does nothing. */
    @Override
    void close();
  }
}
