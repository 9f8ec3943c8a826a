package dev.etcdbackup.coverage;

import dev.etcdbackup.BackupKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A configured project and the maximum age of its newest backup. Create one with {@link #automated}
 * or {@link #notAutomated}.
 *
 * <p>Immutable and thread-safe.
 *
 * @param project the project
 * @param automated whether the project is backed up on a schedule; if not, {@code maxAge} and
 *     {@code since} are ignored
 * @param maxAge the maximum age of the newest backup, more than 0 and at most 36,500 days
 * @param since when the cluster was set up, before the year 10,000; empty when that was long ago.
 *     Until {@code since + maxAge}, a project without a backup is young and not missing
 * @param recovery a note for people on how to recover the data when they are lost; may be empty
 */
public record CoveredProject(
    String project, boolean automated, Duration maxAge, Optional<Instant> since, String recovery) {
  private static final Duration LONGEST = Duration.ofDays(36_500);
  private static final Duration GRACE = Duration.ofHours(1);
  private static final Instant YEAR_10000 = Instant.parse("+10000-01-01T00:00:00Z");

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the name of the project is not valid, or a value is out
   *     of range
   */
  public CoveredProject {
    BackupKey.requireProject(project);
    Objects.requireNonNull(since, "since");
    Objects.requireNonNull(recovery, "recovery");
    if (maxAge.isZero() || maxAge.isNegative() || maxAge.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "maxAge must be more than 0 and at most 36500 days, not " + maxAge);
    }
    if (since.isPresent() && !since.get().isBefore(YEAR_10000)) {
      throw new IllegalArgumentException("since must be before the year 10000, not " + since.get());
    }
  }

  /**
   * Returns a project that is backed up on a schedule. The maximum age of its newest backup is the
   * interval plus 1 hour.
   *
   * @param project the project
   * @param interval the time between two backups, more than 0 and less than 36,500 days
   * @return the project
   * @throws IllegalArgumentException when the name of the project is not valid, or the interval is
   *     out of range
   */
  public static CoveredProject automated(String project, Duration interval) {
    if (interval.isZero() || interval.isNegative() || interval.compareTo(LONGEST) >= 0) {
      throw new IllegalArgumentException(
          "interval must be more than 0 and less than 36500 days, not " + interval);
    }
    return new CoveredProject(project, true, interval.plus(GRACE), Optional.empty(), "");
  }

  /**
   * Returns a project that is not backed up on a schedule.
   *
   * @param project the project
   * @param recovery a note for people on how to recover the data when they are lost; may be empty
   * @return the project
   * @throws IllegalArgumentException when the name of the project is not valid
   */
  public static CoveredProject notAutomated(String project, String recovery) {
    return new CoveredProject(project, false, LONGEST, Optional.empty(), recovery);
  }

  /**
   * Returns a copy with another maximum age.
   *
   * @param maxAge the maximum age of the newest backup
   * @return the changed project
   * @throws IllegalArgumentException when the age is out of range
   */
  public CoveredProject withMaxAge(Duration maxAge) {
    return new CoveredProject(project, automated, maxAge, since, recovery);
  }

  /**
   * Returns a copy with the time at which the cluster was set up.
   *
   * @param since when the cluster was set up
   * @return the changed project
   * @throws IllegalArgumentException when the time is not before the year 10,000
   */
  public CoveredProject withSince(Instant since) {
    return new CoveredProject(project, automated, maxAge, Optional.of(since), recovery);
  }
}
