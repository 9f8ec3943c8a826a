package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.service.BackupService;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Sets a {@link BackupScheduler} up. For one thread. */
public final class SchedulerBuilder {
  private static final Duration LONGEST = Duration.ofDays(1);

  private final BackupStore store;
  private BackupEncodings encodings = BackupEncodings.none();
  private InstantSource clock = InstantSource.system();
  private ZoneId tarballZone = ZoneOffset.UTC;
  private int concurrency = 4;
  private Duration startStagger = Duration.ofSeconds(1);
  private Duration firstDelay = Duration.ofSeconds(10);
  private Duration longestDelay = Duration.ofMinutes(5);
  private BackupLock lock = BackupLock.inProcess();
  private ThreadFactory threads = daemons();
  private @Nullable SchedulerRuntime runtime;
  private RandomGenerator random = RandomGenerator.getDefault();
  private final List<BackupListener> listeners = new ArrayList<>();

  SchedulerBuilder(BackupStore store) {
    this.store = Objects.requireNonNull(store, "store");
  }

  /**
   * The encodings that backups are written and read with. By default none: a cluster whose names
   * ask for one is refused.
   *
   * @param encodings the encodings, for example {@code BackupEncodings.of(new Tarball())} with
   *     backup-tarball
   * @return this
   */
  public SchedulerBuilder encodings(BackupEncodings encodings) {
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    return this;
  }

  /**
   * The clock. By default the system clock. It decides what is due and names the backups; waiting
   * goes by the monotonic clock.
   *
   * @param clock the clock
   * @return this
   */
  public SchedulerBuilder clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * The zone in which the times in the names of tarballs are read; they are always written in UTC.
   * By default UTC.
   *
   * @param tarballZone the zone
   * @return this
   */
  public SchedulerBuilder tarballZone(ZoneId tarballZone) {
    this.tarballZone = Objects.requireNonNull(tarballZone, "tarballZone");
    return this;
  }

  /**
   * How many runs there are at once. By default 4. Of these, half (at least one) are open to
   * clusters whose last run failed.
   *
   * @param concurrency 1 to 1000
   * @return this
   */
  public SchedulerBuilder concurrency(int concurrency) {
    if (concurrency < 1 || concurrency > 1000) {
      throw new IllegalArgumentException("concurrency must be 1 to 1000, not " + concurrency);
    }
    this.concurrency = concurrency;
    return this;
  }

  /**
   * How far apart clusters are begun that are found overdue: after a start, when many are added,
   * when the machine slept. By default 1 second, so n of them are begun in n - 1 seconds, as far as
   * {@link #concurrency} allows.
   *
   * @param startStagger zero to 1 day
   * @return this
   */
  public SchedulerBuilder startStagger(Duration startStagger) {
    if (startStagger.isNegative() || startStagger.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("startStagger must be 0 to 1 day, not " + startStagger);
    }
    this.startStagger = startStagger;
    return this;
  }

  /**
   * How long to wait before a failed run is tried again: a random time up to {@code first} after
   * the first failure, up to twice that after the second, and so on up to {@code longest}. By
   * default 10 seconds and 5 minutes.
   *
   * @param first more than zero
   * @param longest not less than first, at most 1 day
   * @return this
   */
  public SchedulerBuilder retry(Duration first, Duration longest) {
    if (first.isZero()
        || first.isNegative()
        || first.compareTo(longest) > 0
        || longest.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "retry must be 0 < first <= longest <= 1 day, not " + first + " and " + longest);
    }
    this.firstDelay = first;
    this.longestDelay = longest;
    return this;
  }

  /**
   * What keeps two replicas from writing the same project at once: {@code EtcdBackupLock} of
   * backup-etcd between processes. By default a lock inside this scheduler: enough for one process.
   * A lock that another process holds is requested again four times a second.
   *
   * @param lock the lock
   * @return this
   */
  public SchedulerBuilder lock(BackupLock lock) {
    this.lock = Objects.requireNonNull(lock, "lock");
    return this;
  }

  /**
   * Adds a listener. May be called more than once; {@link BackupScheduler#addListener} adds one
   * later. Without any, the scheduler logs what it does, as described there.
   *
   * @param listener the listener
   * @return this
   */
  public SchedulerBuilder listener(BackupListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Makes all threads. By default new daemon threads.
   *
   * @param threads the factory
   * @return this
   */
  public SchedulerBuilder threads(ThreadFactory threads) {
    this.threads = Objects.requireNonNull(threads, "threads");
    return this;
  }

  /** For tests: time and threads of another kind. */
  SchedulerBuilder runtime(SchedulerRuntime runtime) {
    this.runtime = runtime;
    this.clock = runtime::now;
    return this;
  }

  /** For tests: the same random numbers every time. */
  SchedulerBuilder random(RandomGenerator random) {
    this.random = random;
    return this;
  }

  /**
   * Builds the scheduler, without clusters and not started.
   *
   * @return the scheduler
   */
  public BackupScheduler build() {
    BackupService service =
        BackupService.builder(store)
            .encodings(encodings)
            .clock(clock)
            .tarballZone(tarballZone)
            .threads(threads)
            .build();
    SchedulerContext with =
        new SchedulerContext(
            service, clock, lock, AnomalyGuard.of(store, tarballZone), new Listeners(listeners));
    RunQueue queue =
        new RunQueue(concurrency, startStagger, new Backoff(firstDelay, longestDelay, random));
    SchedulerRuntime works =
        runtime != null ? runtime : new ThreadedSchedulerRuntime(clock, threads, concurrency);
    return new BackupScheduler(with, works, queue);
  }

  private static ThreadFactory daemons() {
    AtomicInteger number = new AtomicInteger();
    return work -> {
      Thread thread = new Thread(work, "etcd-backup-" + number.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }
}
