package dev.etcdbackup.operator;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.kubernetes.BackupEvents;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.SchedulerBuilder;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.zstd.Zstandard;
import io.fabric8.kubernetes.api.model.ObjectReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What the resources have put on a schedule, and how it stands. There is one scheduler for each
 * store and beginning of names. A resource whose deletion was seen is never scheduled again,
 * whatever a cache may still hold of it: uids are not used twice.
 *
 * <p>Thread-safe.
 */
public final class ScheduledResources implements AutoCloseable {
  private static final int REMEMBERED = 100_000;

  private final Backends backends;
  private final Function<BackupStore, SchedulerBuilder> builders;
  private final BackupEvents events;
  private final List<Consumer<Owner>> listeners = new CopyOnWriteArrayList<>();
  private final Map<StoreAddress, BackupStore> stores = new HashMap<>(); // guarded by this
  private final Map<Target.SchedulerKey, BackupScheduler> schedulers = new HashMap<>();
  private final Map<Place, Entry> entries = new HashMap<>(); // guarded by this
  private final Map<String, Boolean> deleted = // the uids; guarded by this
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** What no two resources may have. */
  private record Place(Target.SchedulerKey scheduler, String project) {}

  private record Entry(Owner owner, Object wanted, Progress progress) {}

  /**
   * Creates it without any resource.
   *
   * @param backends where stores and clusters come from
   * @param builders makes the builder of a scheduler, for example {@code BackupScheduler::builder}
   * @param events writes what becomes of the runs as events of their resources; remains the
   *     caller's
   */
  public ScheduledResources(
      Backends backends, Function<BackupStore, SchedulerBuilder> builders, BackupEvents events) {
    this.backends = backends;
    this.builders = builders;
    this.events = events;
  }

  /**
   * Adds a listener, which is called when a run of a resource has ended.
   *
   * @param listener the listener
   */
  public void onChange(Consumer<Owner> listener) {
    listeners.add(listener);
  }

  /**
   * Schedules what a resource wants, unless it is scheduled already.
   *
   * @param owner the resource
   * @param wanted what it says; the schedule is changed when this is another than before
   * @param target the same, understood
   * @return how it stands; empty when the resource was deleted
   * @throws IllegalArgumentException when another resource has this place, or the target is invalid
   */
  public synchronized Optional<Progress> schedule(Owner owner, Object wanted, Target target) {
    if (deleted.containsKey(owner.uid())) {
      return Optional.empty();
    }
    Place place = new Place(target.key(), target.project());
    Entry before = entries.get(place);
    if (before != null && !before.owner().hasNameOf(owner)) {
      throw new ProjectTakenException(target.project(), before.owner());
    }
    if (before == null || !before.owner().equals(owner) || !before.wanted().equals(wanted)) {
      scheduler(target).put(target.cluster(backends.source(target.etcd())));
      entries.put(place, new Entry(owner, wanted, Progress.NONE));
      remove((other, of) -> of.hasNameOf(owner) && !other.equals(place)); // it may have had another
    }
    Progress progress = Objects.requireNonNull(entries.get(place)).progress();
    return Optional.of(progress.with(status(place)));
  }

  /**
   * Stops backing up what a resource wanted, because what it says now cannot be meant, or it is
   * suspended.
   *
   * @param owner the resource
   */
  public synchronized void unschedule(Owner owner) {
    remove((place, of) -> of.hasNameOf(owner));
  }

  /**
   * Stops backing up what a resource wanted, for it was deleted or is being deleted.
   *
   * @param owner the resource
   */
  public synchronized void deleted(Owner owner) {
    deleted.put(owner.uid(), true);
    remove((place, of) -> of.equals(owner));
  }

  /**
   * Returns what is scheduled.
   *
   * @return the state of each cluster, in no order
   */
  public synchronized List<ClusterStatus> status() {
    List<ClusterStatus> all = new ArrayList<>();
    schedulers.values().forEach(scheduler -> all.addAll(scheduler.status()));
    return all;
  }

  /**
   * Returns an open store.
   *
   * @param address its address
   * @return the store
   */
  public synchronized BackupStore store(StoreAddress address) {
    return stores.computeIfAbsent(address, backends::store);
  }

  /**
   * Returns a source.
   *
   * @param address the address of the cluster
   * @return the source
   * @throws IllegalArgumentException when the address is invalid
   */
  public SnapshotSource source(EtcdAddress address) {
    return backends.source(address);
  }

  /**
   * Returns the encodings that backups may have.
   *
   * @return the encodings
   */
  public static BackupEncodings encodings() {
    return BackupEncodings.of(new Zstandard());
  }

  /** Stops all schedulers as {@link #stop} does, with 10 seconds. */
  @Override
  public void close() {
    stop(Duration.ofSeconds(10));
  }

  /**
   * Stops all schedulers side by side.
   *
   * @param grace how long runs may continue
   */
  public void stop(Duration grace) {
    List<BackupScheduler> all;
    synchronized (this) {
      all = List.copyOf(schedulers.values());
    }
    all.parallelStream().forEach(scheduler -> scheduler.stop(grace));
  }

  private Optional<ClusterStatus> status(Place place) {
    BackupScheduler scheduler = schedulers.get(place.scheduler());
    return scheduler == null
        ? Optional.empty()
        : scheduler.status().stream()
            .filter(one -> one.project().equals(place.project()))
            .findFirst();
  }

  private BackupScheduler scheduler(Target target) {
    Target.SchedulerKey key = target.key();
    BackupScheduler scheduler = schedulers.get(key);
    if (scheduler == null) {
      scheduler =
          builders
              .apply(store(key.store()))
              .encodings(encodings())
              .listener(new Runs(key))
              .listener(events.forProjects(project -> reference(new Place(key, project))))
              .build();
      scheduler.start();
      schedulers.put(key, scheduler);
    }
    return scheduler;
  }

  private void remove(BiPredicate<Place, Owner> which) {
    List<Place> gone = new ArrayList<>();
    entries.forEach(
        (place, entry) -> {
          if (which.test(place, entry.owner())) {
            gone.add(place);
          }
        });
    for (Place place : gone) {
      entries.remove(place);
      Objects.requireNonNull(schedulers.get(place.scheduler())).remove(place.project());
    }
  }

  private synchronized void record(Place place, UnaryOperator<Progress> change) {
    Entry entry = entries.get(place);
    if (entry != null) {
      entries.put(place, new Entry(entry.owner(), entry.wanted(), change.apply(entry.progress())));
    }
  }

  private synchronized Optional<Owner> owner(Place place) {
    return Optional.ofNullable(entries.get(place)).map(Entry::owner);
  }

  private Optional<ObjectReference> reference(Place place) {
    return owner(place).map(Owner::reference);
  }

  /** Receives the events of one scheduler. */
  private final class Runs implements BackupListener {
    private final Target.SchedulerKey key;

    Runs(Target.SchedulerKey key) {
      this.key = key;
    }

    @Override
    public void succeeded(String project, BackupResult result) {
      record(new Place(key, project), progress -> progress.after(result));
    }

    @Override
    public void failed(FailedRun failure) {
      record(new Place(key, failure.project()), progress -> progress.after(failure));
    }

    @Override
    public void ended(String project) {
      owner(new Place(key, project))
          .ifPresent(owner -> listeners.forEach(listener -> listener.accept(owner)));
    }
  }
}
