package dev.etcdbackup.operator;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done once for each resource, on threads of its own.
 *
 * <p>Thread-safe.
 *
 * @param <T> what the work results in
 */
public final class Tasks<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Tasks.class);

  private final ExecutorService threads;
  private final List<Consumer<Owner>> listeners = new CopyOnWriteArrayList<>();
  private final Map<Owner, Optional<T>> outcomes = new HashMap<>(); // guarded by this
  private boolean closed; // guarded by this

  /**
   * Creates it; there are no threads yet.
   *
   * @param name the beginning of the threads' names
   * @param threads how many tasks are worked on at once
   */
  public Tasks(String name, int threads) {
    this.threads =
        Executors.newFixedThreadPool(
            threads,
            work -> {
              Thread thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Adds a listener, which is called when the task of a resource is done.
   *
   * @param listener the listener
   */
  public void onDone(Consumer<Owner> listener) {
    listeners.add(listener);
  }

  /**
   * Returns the result of a task, which the first call begins.
   *
   * @param owner the resource
   * @param work the task; must return what failed rather than throw
   * @return the result; empty while it is not there
   */
  public synchronized Optional<T> result(Owner owner, Supplier<T> work) {
    if (closed) {
      return Optional.empty();
    }
    Optional<T> outcome = outcomes.get(owner);
    if (outcome == null) {
      outcomes.put(owner, Optional.empty());
      threads.execute(() -> run(owner, work));
      return Optional.empty();
    }
    return outcome;
  }

  /**
   * Forgets the result of a task, after it was written down or the resource was deleted. A task
   * under way ends by itself.
   *
   * @param owner the resource
   */
  public synchronized void forget(Owner owner) {
    outcomes.remove(owner);
  }

  private void run(Owner owner, Supplier<T> work) {
    synchronized (this) {
      if (closed || !outcomes.containsKey(owner)) {
        return; // deleted before it began
      }
    }
    T result;
    try {
      result = work.get();
    } catch (RuntimeException e) {
      LOG.error("the task of {} failed unexpectedly and is begun again when it changes", owner, e);
      forget(owner);
      return;
    }
    synchronized (this) {
      if (closed || !outcomes.containsKey(owner)) {
        return; // what an interrupt ended begins again after the restart
      }
      outcomes.put(owner, Optional.of(result));
    }
    listeners.forEach(listener -> listener.accept(owner));
  }

  /** Interrupts what is under way, of which no result is written down, and waits 10 seconds. */
  @Override
  public void close() {
    stop(Duration.ofSeconds(10));
  }

  /**
   * Begins nothing more, and interrupts what is under way after a time. What was interrupted has no
   * result, so that it begins again after a restart.
   *
   * @param grace how long tasks may continue
   */
  public void stop(Duration grace) {
    threads.shutdown();
    try {
      if (!threads.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        synchronized (this) {
          closed = true;
        }
        threads.shutdownNow();
        if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
          LOG.warn("a task did not end within 10 seconds of being interrupted");
        }
      }
    } catch (InterruptedException e) {
      synchronized (this) {
        closed = true;
      }
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
