package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.service.BackupService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A builder of a {@link BackupScheduler}. Not thread-safe. */
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
  private Function<String, Optional<Instant>> recordedTo = project -> Optional.empty();
  private ThreadFactory threads = daemons();
  private @Nullable SchedulerRuntime runtime;
  private RandomGenerator random = RandomGenerator.getDefault();
  private final List<BackupListener> listeners = new ArrayList<>();

  SchedulerBuilder(BackupStore store) {
    this.store = Objects.requireNonNull(store, "store");
  }

  /**
   * Sets the encodings with which backups are written and read. Default: none; a cluster whose
   * names need an encoding is then refused.
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
   * Sets the clock, by which clusters are due and backups are named. Waiting uses the monotonic
   * clock instead. Default: the system clock.
   *
   * @param clock the clock
   * @return this
   */
  public SchedulerBuilder clock(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
    return this;
  }

  /**
   * Sets the time zone in which the times in the names of tarballs are read; they are always
   * written in UTC. Default: UTC.
   *
   * @param tarballZone the time zone
   * @return this
   */
  public SchedulerBuilder tarballZone(ZoneId tarballZone) {
    this.tarballZone = Objects.requireNonNull(tarballZone, "tarballZone");
    return this;
  }

  /**
   * Sets the maximum number of concurrent runs. Default: 4. Clusters whose last run failed use at
   * most half of them, but at least one.
   *
   * @param concurrency 1 to 1000
   * @return this
   * @throws IllegalArgumentException when the number is out of range
   */
  public SchedulerBuilder concurrency(int concurrency) {
    if (concurrency < 1 || concurrency > 1000) {
      throw new IllegalArgumentException("concurrency must be 1 to 1000, not " + concurrency);
    }
    this.concurrency = concurrency;
    return this;
  }

  /**
   * Sets the delay between the starts of clusters that are found overdue: after a start, when many
   * clusters are added, or after the machine was suspended. Default: 1 second, so n clusters are
   * started in n - 1 seconds, as far as {@link #concurrency} allows.
   *
   * @param startStagger the delay, 0 to 1 day
   * @return this
   * @throws IllegalArgumentException when the delay is out of range
   */
  public SchedulerBuilder startStagger(Duration startStagger) {
    if (startStagger.isNegative() || startStagger.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("startStagger must be 0 to 1 day, not " + startStagger);
    }
    this.startStagger = startStagger;
    return this;
  }

  /**
   * Sets the delay before a failed run is retried: a random time of at most {@code first} after the
   * first failure, of at most twice that after the second, and so on up to {@code longest}.
   * Default: 10 seconds and 5 minutes.
   *
   * @param first the limit after the first failure, more than 0
   * @param longest the largest limit, not less than {@code first}, at most 1 day
   * @return this
   * @throws IllegalArgumentException when one of them is out of range
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
   * Sets the lock that prevents two replicas from writing backups of the same project concurrently,
   * for example {@code EtcdBackupLock} of backup-etcd. Default: a lock of this scheduler alone,
   * which is sufficient when no other scheduler writes backups of the same projects; {@link
   * BackupLock#inProcess} is one that several schedulers of a process can share. A lock that
   * another process holds is requested again every 250 ms.
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
   * later. The scheduler logs its events besides; see {@link BackupScheduler}.
   *
   * @param listener the listener
   * @return this
   */
  public SchedulerBuilder listener(BackupListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  /**
   * Sets what knows up to when the changes of a project are recorded, for example a listener of its
   * {@code ChangeRecorder} of backup-etcd. Coverage shows it, or what the names in the store say
   * when that is later. By default the names alone, which do not know when nothing has changed.
   *
   * @param recordedTo returns the time for a project, empty when it is not known; called by threads
   *     that compute coverage, must not block. When it throws, that is logged and the time is not
   *     known
   * @return this
   */
  public SchedulerBuilder recordedTo(Function<String, Optional<Instant>> recordedTo) {
    this.recordedTo = Objects.requireNonNull(recordedTo, "recordedTo");
    return this;
  }

  /**
   * Sets the factory of all threads. Default: new daemon threads.
   *
   * @param threads the factory
   * @return this
   */
  public SchedulerBuilder threads(ThreadFactory threads) {
    this.threads = Objects.requireNonNull(threads, "threads");
    return this;
  }

  /** Sets time and threads, for tests. */
  SchedulerBuilder runtime(SchedulerRuntime runtime) {
    this.runtime = runtime;
    this.clock = runtime::now;
    return this;
  }

  /** Sets the source of random numbers, for tests. */
  SchedulerBuilder random(RandomGenerator random) {
    this.random = random;
    return this;
  }

  /**
   * Builds the scheduler. It has no clusters and is not started.
   *
   * @return the scheduler
   */
  public BackupScheduler build() {
    SchedulerRuntime works = runtime;
    ThreadFactory transfers = threads;
    if (works == null) {
      ThreadedSchedulerRuntime own = new ThreadedSchedulerRuntime(clock, threads, concurrency);
      transfers = own.threads();
      works = own;
    }
    BackupService service =
        BackupService.builder(store)
            .encodings(encodings)
            .clock(clock)
            .tarballZone(tarballZone)
            .threads(transfers)
            .build();
    SchedulerContext with =
        new SchedulerContext(
            service,
            clock,
            works::nanoTime,
            lock,
            AnomalyGuard.of(store, tarballZone),
            FailureLog.of(store),
            recordedTo,
            new Listeners(listeners));
    RunQueue queue =
        new RunQueue(concurrency, startStagger, new Backoff(firstDelay, longestDelay, random));
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
