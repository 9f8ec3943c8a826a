package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.Series;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.NamingStrategy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A cluster to be backed up by a scheduler, and its settings.
 *
 * <p>Immutable and thread-safe.
 */
public final class ScheduledCluster {
  private final String project;
  private final SnapshotSource source;
  private final Schedule schedule;
  private final NamingStrategy naming;
  private final Series series;
  private final @Nullable BackupEncodings encodings;
  private final @Nullable RetentionPolicy retention;
  private final Duration timeout;
  private final Duration jitter;
  private final boolean firstRunAtOnce;
  private final @Nullable Instant since;
  private final String recovery;
  private final Predicate<Anomaly> acceptance;
  private final List<SecondStore> secondStores;
  private final List<ScheduledCheck> checks;
  private final @Nullable Duration maxAge;
  private final @Nullable UnchangedCheck unchanged;
  private final Duration unchangedMaxAge;

  ScheduledCluster(ScheduledClusterBuilder builder) {
    this.project = builder.project;
    this.source = builder.source;
    this.schedule = builder.schedule;
    this.naming = builder.naming;
    this.series = builder.naming.series(builder.project).orElseThrow();
    this.encodings = builder.encodings;
    this.retention = builder.retention;
    this.timeout = builder.timeout;
    this.jitter = builder.jitter;
    this.firstRunAtOnce = builder.firstRunAtOnce;
    this.since = builder.since;
    this.recovery = builder.recovery;
    this.acceptance = builder.acceptance;
    this.secondStores = List.copyOf(builder.secondStores);
    this.checks = List.copyOf(builder.checks);
    this.maxAge = builder.maxAge;
    this.unchanged = builder.unchanged;
    this.unchangedMaxAge = builder.unchangedMaxAge;
  }

  /**
   * Returns a builder of a cluster.
   *
   * @param project the project under which the backups are stored
   * @param source the source of the snapshots
   * @return a builder with the defaults
   * @throws IllegalArgumentException when the project is not a valid project
   */
  public static ScheduledClusterBuilder builder(String project, SnapshotSource source) {
    return new ScheduledClusterBuilder(project, source);
  }

  /**
   * Returns the project under which the backups are stored.
   *
   * @return the project
   */
  public String project() {
    return project;
  }

  /**
   * Returns the schedule.
   *
   * @return the schedule
   */
  public Schedule schedule() {
    return schedule;
  }

  /**
   * Returns the series of the scheduled backups.
   *
   * @return the series
   */
  public Series series() {
    return series;
  }

  /**
   * Returns whether the cluster is backed up on a schedule and not only on demand.
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

  /** The encodings with which its backups are written; empty for those of the scheduler. */
  Optional<BackupEncodings> encodings() {
    return Optional.ofNullable(encodings);
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

  /** How old the newest backup may be for coverage; empty when the schedule says that. */
  Optional<Duration> maxAge() {
    return Optional.ofNullable(maxAge);
  }

  /** The check after which a scheduled backup is skipped; empty when none is skipped. */
  Optional<UnchangedCheck> unchanged() {
    return Optional.ofNullable(unchanged);
  }

  /** How old the newest backup may become when backups are skipped. */
  Duration unchangedMaxAge() {
    return unchangedMaxAge;
  }

  Predicate<Anomaly> acceptance() {
    return acceptance;
  }

  List<SecondStore> secondStores() {
    return secondStores;
  }

  List<ScheduledCheck> checks() {
    return checks;
  }

  /**
   * Returns the first point of the schedule after an instant, delayed by this cluster's share of
   * the jitter.
   *
   * @throws IllegalStateException when the schedule returns a point that is not later
   */
  Optional<Instant> nextDue(Instant after) {
    Instant withoutOffset = after.minusSeconds(offset());
    Optional<Instant> next = schedule.next(withoutOffset);
    if (next.isEmpty()) {
      return next;
    }
    if (!next.get().isAfter(withoutOffset)) {
      throw new IllegalStateException(
          "schedule '"
              + schedule
              + "' of "
              + project
              + " returned "
              + next.get()
              + " as the next point after "
              + withoutOffset);
    }
    Instant point = next.get();
    long second = point.getEpochSecond() + (point.getNano() > 0 ? 1 : 0);
    return Optional.of(Instant.ofEpochSecond(second + offset()));
  }

  /**
   * Returns the seconds by which this cluster is due after each point of its schedule; always the
   * same.
   */
  private long offset() {
    long choices = jitter.toSeconds();
    if (choices == 0) {
      return 0;
    }
    CRC32 hash = new CRC32();
    hash.update(project.getBytes(StandardCharsets.UTF_8));
    return hash.getValue() % choices;
  }
}
