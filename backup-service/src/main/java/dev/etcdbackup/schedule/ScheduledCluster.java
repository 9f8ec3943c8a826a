package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Series;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.NamingStrategy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A cluster and how it is to be backed up.
 *
 * <p>Immutable and thread-safe.
 */
public final class ScheduledCluster {
  private final String project;
  private final SnapshotSource source;
  private final Schedule schedule;
  private final NamingStrategy naming;
  private final Series series;
  private final @Nullable RetentionPolicy retention;
  private final Duration timeout;
  private final Duration jitter;
  private final boolean firstRunAtOnce;
  private final @Nullable Instant since;
  private final String recovery;
  private final Predicate<Anomaly> acceptance;

  private ScheduledCluster(Builder builder) {
    this.project = builder.project;
    this.source = builder.source;
    this.schedule = builder.schedule;
    this.naming = builder.naming;
    this.series = builder.naming.series(builder.project).orElseThrow();
    this.retention = builder.retention;
    this.timeout = builder.timeout;
    this.jitter = builder.jitter;
    this.firstRunAtOnce = builder.firstRunAtOnce;
    this.since = builder.since;
    this.recovery = builder.recovery;
    this.acceptance = builder.acceptance;
  }

  /**
   * Begins a cluster.
   *
   * @param project the project of its backups
   * @param source the cluster itself
   * @return a builder with every default set
   * @throws IllegalArgumentException when the project cannot be one
   */
  public static Builder builder(String project, SnapshotSource source) {
    return new Builder(project, source);
  }

  /**
   * The project of its backups.
   *
   * @return the project
   */
  public String project() {
    return project;
  }

  /**
   * When it is due.
   *
   * @return the schedule
   */
  public Schedule schedule() {
    return schedule;
  }

  /**
   * The series its backups make.
   *
   * @return the series
   */
  public Series series() {
    return series;
  }

  /**
   * Whether it is backed up by the clock, and not on demand only.
   *
   * @return false when its schedule is {@link Schedule#never()}
   */
  public boolean automated() {
    return schedule != Never.NEVER;
  }

  SnapshotSource source() {
    return source;
  }

  NamingStrategy naming() {
    return naming;
  }

  Optional<RetentionPolicy> retention() {
    return Optional.ofNullable(retention);
  }

  Duration timeout() {
    return timeout;
  }

  boolean firstRunAtOnce() {
    return firstRunAtOnce;
  }

  Optional<Instant> since() {
    return Optional.ofNullable(since);
  }

  String recovery() {
    return recovery;
  }

  Predicate<Anomaly> acceptance() {
    return acceptance;
  }

  /**
   * The first point of the schedule after an instant, moved by this cluster's share of the jitter.
   *
   * @throws IllegalStateException when the schedule goes back in time
   */
  Optional<Instant> nextDue(Instant after) {
    Instant unmoved = after.minusSeconds(offset());
    Optional<Instant> next = schedule.next(unmoved);
    if (next.isEmpty()) {
      return next;
    }
    if (!next.get().isAfter(unmoved)) {
      throw new IllegalStateException(
          "schedule '"
              + schedule
              + "' of "
              + project
              + " answers "
              + next.get()
              + " as next after "
              + unmoved);
    }
    Instant point = next.get();
    long second = point.getEpochSecond() + (point.getNano() > 0 ? 1 : 0);
    return Optional.of(Instant.ofEpochSecond(second + offset()));
  }

  /** How many seconds after a point of its schedule this cluster is due: the same every time. */
  private long offset() {
    long choices = jitter.toSeconds();
    if (choices == 0) {
      return 0;
    }
    CRC32 hash = new CRC32();
    hash.update(project.getBytes(StandardCharsets.UTF_8));
    return hash.getValue() % choices;
  }

  /** Sets a cluster up. For one thread. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final String project;
    private final SnapshotSource source;
    private Schedule schedule = Schedule.never();
    private NamingStrategy naming = NamingStrategy.periodic();
    private @Nullable RetentionPolicy retention;
    private Duration timeout = Duration.ofMinutes(10);
    private Duration jitter = Duration.ZERO;
    private boolean firstRunAtOnce = true;
    private @Nullable Instant since;
    private String recovery = "";
    private Predicate<Anomaly> acceptance = suspicion -> false;

    private Builder(String project, SnapshotSource source) {
      this.project = BackupKey.requireProject(project);
      this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * When backups are due. By default never: the cluster is not automated, it is backed up on
     * demand only.
     *
     * @param schedule the schedule
     * @return this
     */
    public Builder schedule(Schedule schedule) {
      this.schedule = Objects.requireNonNull(schedule, "schedule");
      return this;
    }

    /**
     * How backups are named. By default {@link NamingStrategy#periodic()}.
     *
     * @param naming a periodic naming or that of tarballs
     * @return this
     * @throws IllegalArgumentException when the naming is a manual one, which makes no series
     */
    public Builder naming(NamingStrategy naming) {
      if (naming.series(project).isEmpty()) {
        throw new IllegalArgumentException(
            "a schedule needs names that differ from run to run, not a manual one");
      }
      this.naming = naming;
      return this;
    }

    /**
     * What to keep when a run has succeeded; the rest of its series is deleted. By default
     * everything stays.
     *
     * @param retention the policy
     * @return this
     */
    public Builder retention(RetentionPolicy retention) {
      this.retention = Objects.requireNonNull(retention, "retention");
      return this;
    }

    /**
     * How long a single try may take, from opening the source to the store's commit. By default 10
     * minutes.
     *
     * @param timeout more than zero, at most 36,500 days
     * @return this
     */
    public Builder timeout(Duration timeout) {
      if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            "timeout must be more than 0 and at most 36500 days, not " + timeout);
      }
      this.timeout = timeout;
      return this;
    }

    /**
     * Spreads clusters of the same schedule: each is due at a point of its own within this time
     * after that of its schedule. The point follows from the name of the project, so it is the same
     * in every run, process and replica. By default zero.
     *
     * @param jitter whole seconds, zero to 1 day
     * @return this
     */
    public Builder jitter(Duration jitter) {
      if (jitter.isNegative()
          || jitter.compareTo(Duration.ofDays(1)) > 0
          || jitter.toNanosPart() != 0) {
        throw new IllegalArgumentException(
            "jitter must be whole seconds, 0 to 1 day of them, not " + jitter);
      }
      this.jitter = jitter;
      return this;
    }

    /**
     * Whether a cluster without a backup is due at once, or at the next point of its schedule. By
     * default at once.
     *
     * @param firstRunAtOnce true for at once
     * @return this
     */
    public Builder firstRunAtOnce(boolean firstRunAtOnce) {
      this.firstRunAtOnce = firstRunAtOnce;
      return this;
    }

    /**
     * Since when there is something to back up. Coverage calls a cluster without a backup young,
     * not missing, until a backup was due after that. By default the moment the scheduler first
     * hears of the project.
     *
     * @param since the moment, before the year 10,000
     * @return this
     */
    public Builder since(Instant since) {
      if (!since.isBefore(Instant.parse("+10000-01-01T00:00:00Z"))) {
        throw new IllegalArgumentException("since must be before the year 10000, not " + since);
      }
      this.since = since;
      return this;
    }

    /**
     * How the data comes back when it is lost, for people. Coverage shows it for clusters that are
     * not automated. By default empty.
     *
     * @param recovery one line
     * @return this
     */
    public Builder recovery(String recovery) {
      this.recovery = Objects.requireNonNull(recovery, "recovery");
      return this;
    }

    /**
     * Which suspicions are accepted without a person; see {@link AnomalyGuard}. By default none.
     * Asked after a run, for every open suspicion of the series.
     *
     * @param acceptance true to accept
     * @return this
     */
    public Builder acceptIf(Predicate<Anomaly> acceptance) {
      this.acceptance = Objects.requireNonNull(acceptance, "acceptance");
      return this;
    }

    /**
     * Builds the cluster.
     *
     * @return the cluster
     */
    public ScheduledCluster build() {
      return new ScheduledCluster(this);
    }
  }
}
