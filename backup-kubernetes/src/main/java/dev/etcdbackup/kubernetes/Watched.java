package dev.etcdbackup.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Objects of the API server that are listed and watched. Each object and each change of it is
 * handed over once, on a thread of the client, and only its identity is kept: a StatefulSet with
 * its managed fields takes 10 KiB and more.
 */
final class Watched<T extends HasMetadata> implements AutoCloseable {
  private static final Duration LONGEST = Duration.ofHours(1);

  private final String what;
  private final SharedIndexInformer<T> informer;
  private final Set<String> seen = ConcurrentHashMap.newKeySet(); // of the first list
  private volatile boolean handled; // all of the first list
  private volatile boolean stopped;

  /**
   * Prepares the watch; sends nothing.
   *
   * @param what the objects, for messages
   * @param identity makes an object of its metadata alone
   * @param changed takes the key of an object, and the object, or null when it is gone
   */
  Watched(
      String what,
      Informable<T> objects,
      Function<ObjectMeta, T> identity,
      BiConsumer<String, @Nullable T> changed) {
    this.what = what;
    this.informer =
        objects
            .runnableInformer(0)
            .itemStore(new Identities<>(identity))
            .exceptionHandler((started, failure) -> started && !stopped)
            .addEventHandler(
                new ResourceEventHandler<T>() {
                  @Override
                  public void onAdd(T object) {
                    handle(object, object);
                  }

                  @Override
                  public void onUpdate(T before, T after) {
                    handle(after, after);
                  }

                  @Override
                  public void onDelete(T object, boolean finalStateUnknown) {
                    handle(object, null);
                  }

                  private void handle(T object, @Nullable T now) {
                    String key = Cache.metaNamespaceKeyFunc(object);
                    if (!stopped) {
                      changed.accept(key, now);
                    }
                    seen(key);
                  }
                });
  }

  /**
   * Returns until when a list may take, by {@link System#nanoTime}.
   *
   * @throws IllegalArgumentException when the timeout is not more than 0
   */
  static long end(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be more than 0, not " + timeout);
    }
    return System.nanoTime() + (timeout.compareTo(LONGEST) < 0 ? timeout : LONGEST).toNanos();
  }

  /** Sends the first list. */
  Starting start() {
    var begun = informer.start().toCompletableFuture();
    return end -> {
      try {
        begun.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
        awaitHandled(end);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while listing " + what);
      } catch (TimeoutException e) {
        throw new IOException("the API server did not list " + what + " in time", e);
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        String why =
            cause instanceof KubernetesClientException failure
                ? ApiCall.text(failure)
                : String.valueOf(cause == null ? e : cause);
        throw new IOException("the API server does not list " + what + ": " + why, e);
      }
    };
  }

  /** A list that was asked for. */
  interface Starting {
    /**
     * Waits until every object that was listed was handed over.
     *
     * @param end until when, by {@link System#nanoTime}
     */
    void await(long end) throws IOException;
  }

  boolean isWatching() {
    return informer.isWatching();
  }

  @Override
  public void close() {
    stopped = true;
    informer.stop();
  }

  private synchronized void seen(String key) {
    if (!handled && seen.add(key)) {
      notifyAll();
    }
  }

  private synchronized void awaitHandled(long end) throws InterruptedException, TimeoutException {
    while (!seen.containsAll(new HashSet<>(informer.getStore().listKeys()))) {
      long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (millis <= 0) {
        throw new TimeoutException();
      }
      wait(Math.min(millis, 100)); // an object may be gone before it was handed over
    }
    handled = true;
    seen.clear(); // or it would grow with each object that ever is
  }

  /** Keeps of each object what the informer compares. */
  private static final class Identities<T extends HasMetadata> extends BasicItemStore<T> {
    private final Function<ObjectMeta, T> identity;

    Identities(Function<ObjectMeta, T> identity) {
      super(Cache::metaNamespaceKeyFunc);
      this.identity = identity;
    }

    @Override
    public @Nullable T put(String key, T object) {
      ObjectMeta meta = object.getMetadata();
      return super.put(
          key,
          identity.apply(
              new ObjectMetaBuilder()
                  .withNamespace(meta.getNamespace())
                  .withName(meta.getName())
                  .withUid(meta.getUid())
                  .withResourceVersion(meta.getResourceVersion())
                  .build()));
    }

    @Override
    public boolean isFullState() {
      return false;
    }
  }
}
