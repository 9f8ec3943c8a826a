package dev.etcdbackup.operator;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.kubernetes.BackupEvents;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.schedule.SchedulerBuilder;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.zstd.Zstandard;
import io.fabric8.kubernetes.api.model.ObjectReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What the resources have put on a schedule, and how it stands. There is one scheduler for each
 * store and beginning of names. A place belongs to the resource that was created first, whatever
 * the order in which they are seen, so that a restart changes nothing; the listeners are told of
 * one that loses its place, and of one that waited for a place that is free now. A resource whose
 * deletion was seen is not scheduled again, whatever a cache may still hold of it: uids are not
 * used twice, unless the data of the API server are restored from a backup ({@link #readmit}).
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
  private final Set<StoreAddress> lent = new HashSet<>(); // to others; guarded by this
  private final Map<Target.SchedulerKey, BackupScheduler> schedulers = new HashMap<>();
  private final Map<Place, Entry> entries = new HashMap<>(); // guarded by this
  private final Map<Owner, Place> refused = new HashMap<>(); // what waits; guarded by this
  private final Set<Owner> awaited = new LinkedHashSet<>(); // to be told of; guarded by this
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
   * Adds a listener, which is called when a run of a resource has ended, and when the place that it
   * wants is another's or free now.
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
  public Optional<Progress> schedule(Owner owner, Object wanted, Target target) {
    try {
      return place(owner, wanted, target);
    } finally {
      tell();
    }
  }

  private synchronized Optional<Progress> place(Owner owner, Object wanted, Target target) {
    if (deleted.containsKey(owner.uid())) {
      return Optional.empty();
    }
    Place place = new Place(target.key(), target.project());
    Entry before = entries.get(place);
    refused.remove(owner);
    if (before != null && !before.owner().hasNameOf(owner)) {
      if (!owner.isOlderThan(before.owner())) {
        refused.put(owner, place);
        throw new ProjectTakenException(target.project(), before.owner());
      }
      awaited.add(before.owner());
    }
    if (before == null || !before.owner().equals(owner) || !before.wanted().equals(wanted)) {
      ScheduledCluster cluster = target.cluster(backends.source(target.etcd())); // or refuses it
      scheduler(target).put(cluster);
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
  public void unschedule(Owner owner) {
    synchronized (this) {
      remove((place, of) -> of.hasNameOf(owner));
    }
    tell();
  }

  /**
   * Stops backing up what a resource wanted, for it was deleted or is being deleted.
   *
   * @param owner the resource
   */
  public void deleted(Owner owner) {
    synchronized (this) {
      deleted.put(owner.uid(), true);
      refused.remove(owner);
      remove((place, of) -> of.equals(owner));
    }
    tell();
  }

  /**
   * Lets a resource be scheduled whose deletion was seen, when the API server has it nevertheless:
   * its data were restored from a backup of the time before the deletion.
   *
   * @param owner the resource, which a cache holds
   * @param exists asks the API server; called for a resource whose deletion was seen, and for no
   *     other
   */
  public void readmit(Owner owner, BooleanSupplier exists) {
    synchronized (this) {
      if (!deleted.containsKey(owner.uid())) {
        return;
      }
    }
    if (exists.getAsBoolean()) {
      synchronized (this) {
        deleted.remove(owner.uid());
      }
    }
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
   * Returns an open store, which stays open as long as the operator runs.
   *
   * @param address its address
   * @return the store
   */
  public synchronized BackupStore store(StoreAddress address) {
    BackupStore store = open(address);
    lent.add(address);
    return store;
  }

  /** The store of what is scheduled, which is open as long as that is. */
  synchronized BackupStore store(Target scheduled) {
    return open(scheduled.store());
  }

  private BackupStore open(StoreAddress address) {
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
              .apply(open(key.store()))
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
      Target.SchedulerKey key = place.scheduler();
      BackupScheduler scheduler = Objects.requireNonNull(schedulers.get(key));
      scheduler.remove(place.project());
      if (entries.keySet().stream().noneMatch(left -> left.scheduler().equals(key))) {
        schedulers.remove(key);
        end(scheduler, unused(key.store()));
      }
    }
    refused.forEach(
        (owner, place) -> {
          if (gone.contains(place)) {
            awaited.add(owner);
          }
        });
  }

  /** Takes a store out when no scheduler has it any more and nothing else has ever asked for it. */
  private Optional<BackupStore> unused(StoreAddress address) {
    boolean used = schedulers.keySet().stream().anyMatch(key -> key.store().equals(address));
    return used || lent.contains(address)
        ? Optional.empty()
        : Optional.ofNullable(stores.remove(address));
  }

  /** Stops a scheduler that has no cluster left, and closes its store if nothing else uses it. */
  private void end(BackupScheduler scheduler, Optional<BackupStore> store) {
    Thread ending =
        new Thread(
            () -> {
              scheduler.stop(Duration.ZERO); // which waits
              store.ifPresent(backends::release);
            },
            "etcd-backup-ending");
    ending.setDaemon(true);
    ending.start();
  }

  /** Tells the listeners of resources whose place has changed hands; without the lock. */
  private void tell() {
    List<Owner> now;
    synchronized (this) {
      now = List.copyOf(awaited);
      awaited.clear();
    }
    now.forEach(this::tell);
  }

  private void tell(Owner owner) {
    listeners.forEach(listener -> listener.accept(owner));
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
      owner(new Place(key, project)).ifPresent(ScheduledResources.this::tell);
    }
  }
}
