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
import org.jspecify.annotations.Nullable;
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
  private final Map<Owner, Task<T>> tasks = new HashMap<>(); // guarded by this
  private boolean closed; // guarded by this

  /** One call of the work; guarded by the object around it. */
  private static final class Task<T> {
    private Optional<T> outcome = Optional.empty();
    private @Nullable Thread thread; // while it runs
    private boolean abandoned;
  }

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
    Task<T> task = tasks.get(owner);
    if (task == null) {
      Task<T> begun = new Task<>();
      tasks.put(owner, begun);
      threads.execute(() -> run(owner, begun, work));
      return Optional.empty();
    }
    return task.outcome;
  }

  /**
   * Forgets the result of a task, after it was written down or the resource was deleted. A task
   * under way ends by itself.
   *
   * @param owner the resource
   */
  public synchronized void forget(Owner owner) {
    tasks.remove(owner);
  }

  /**
   * Interrupts the task of a resource that was deleted, and forgets it.
   *
   * @param owner the resource
   */
  public synchronized void cancel(Owner owner) {
    Task<T> task = tasks.remove(owner);
    if (task != null && task.thread != null) {
      task.thread.interrupt();
    }
  }

  /**
   * Interrupts the task of a resource, whose result is left out. The listeners are called when it
   * has ended, so that it begins again with what the resource says by then.
   *
   * @param owner the resource; one without a task, or whose task is done, is left alone
   */
  public void restart(Owner owner) {
    synchronized (this) {
      Task<T> task = tasks.get(owner);
      if (task == null || task.outcome.isPresent()) {
        return;
      }
      if (task.thread != null) {
        task.abandoned = true;
        task.thread.interrupt();
        return;
      }
      tasks.remove(owner); // it has not begun
    }
    listeners.forEach(listener -> listener.accept(owner));
  }

  private void run(Owner owner, Task<T> task, Supplier<T> work) {
    synchronized (this) {
      if (closed || tasks.get(owner) != task) {
        return; // deleted before it began
      }
      task.thread = Thread.currentThread();
    }
    Optional<T> result = Optional.empty();
    try {
      result = Optional.of(work.get());
    } catch (RuntimeException e) {
      LOG.error("the task of {} failed unexpectedly and is begun again when it changes", owner, e);
    }
    boolean news;
    synchronized (this) {
      task.thread = null;
      news = isNews(owner, task, result);
    }
    if (news) {
      listeners.forEach(listener -> listener.accept(owner));
    }
  }

  /** Keeps the result of a task; whether its resource is to be looked at. */
  private boolean isNews(Owner owner, Task<T> task, Optional<T> result) {
    if (closed) {
      return false; // what an interrupt ended begins again after the restart
    }
    boolean unused = Thread.interrupted(); // the thread goes on with the next task
    if (tasks.get(owner) != task) {
      return false;
    }
    if (task.abandoned) {
      tasks.remove(owner);
      return true;
    }
    if (result.isEmpty()) {
      tasks.remove(owner);
      return false;
    }
    task.outcome = result;
    return true;
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
