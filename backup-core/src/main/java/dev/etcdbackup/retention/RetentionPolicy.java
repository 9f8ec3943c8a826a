package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A rule that selects the backups to keep.
 *
 * <p>To write a policy, implement {@link #keep}; to use one, call {@link #plan}, which also applies
 * the rules that hold for every policy. Policies are pure functions: the result depends on the
 * backups and the time alone, and nothing is read, deleted or stored. They are therefore
 * thread-safe. The policies that the methods of this interface return are immutable, and their
 * {@code toString} describes them, for example {@code last 7 or daily 7}.
 *
 * <p>Count-based tiers count backups, or periods that hold a backup, not days of the calendar: a
 * week without backups deletes nothing.
 */
@FunctionalInterface
public interface RetentionPolicy {
  /**
   * Selects backups of one series.
   *
   * <p>Removing backups that this policy does not keep must not change what it keeps. Otherwise a
   * second prune, immediately after the first, would delete more.
   *
   * @param newestFirst backups of a single series in the order of {@link Backup#OLDEST_FIRST}
   *     reversed; all have a time, none more than an hour after {@code now}. Of several copies of
   *     one base name in different encodings, one is in the list. The list is unmodifiable and may
   *     be empty
   * @param now the time of the planning
   * @return the backups to keep, all from the list, each with the reason in one short line
   */
  Map<Backup, String> keep(List<Backup> newestFirst, Instant now);

  /**
   * Selects backups of all series of one project. This is what {@link #plan} calls. By default each
   * series is given to {@link #keep} by itself; only a policy that weighs series against each other
   * overrides this, and one that wraps other policies, which calls theirs. What {@link #keep} says
   * of a result holds here too.
   *
   * @param newestFirst the backups of each series of the project, as {@link #keep} receives them;
   *     unmodifiable
   * @param now the time of the planning
   * @return the backups to keep, all from the lists, each with the reason in one short line
   */
  default Map<Backup, String> keepInProject(Map<Series, List<Backup>> newestFirst, Instant now) {
    Map<Backup, String> reasons = new HashMap<>();
    newestFirst.values().forEach(series -> reasons.putAll(keep(series, now)));
    return reasons;
  }

  /**
   * Plans a listing, as {@link RetentionPlan#of} does. Whatever {@link #keep} returns,
   *
   * <ul>
   *   <li>each project is planned independently of the others, and each series too, unless {@link
   *       #keepInProject} says otherwise;
   *   <li>backups of one base name in different encodings count once, and are kept or deleted
   *       together;
   *   <li>a backup of kind other is kept: {@code not a periodic or tarball name};
   *   <li>a backup dated more than an hour after {@code now} is kept and is not counted: {@code
   *       dated in the future};
   *   <li>the newest of the remaining backups of each series is kept: {@code the newest of its
   *       series}, unless the policy gives a reason itself;
   *   <li>recorded changes that lead from a backup that is kept to a later state are kept, and so
   *       is the last object before the oldest kept backup, which may end with that backup's
   *       revision. What is older is deleted: {@code changes older than every backup that is kept}.
   * </ul>
   *
   * @param backups the complete listing of one or more projects, in any order
   * @param now the time of the planning
   * @return one decision for each backup, in the order of the keys
   * @throws IllegalArgumentException when two of the backups have the same key
   * @throws IllegalStateException when the policy keeps a backup that was not in its input, or
   *     gives no reason; none of its decisions can be trusted then
   */
  default RetentionPlan plan(List<Backup> backups, Instant now) {
    return RetentionPlan.of(this, backups, now);
  }

  /**
   * Returns a policy that keeps what this policy or the other one keeps. Both receive all backups;
   * when both keep a backup, their reasons are joined by {@code "; "}.
   *
   * @param other the other policy
   * @return a policy that keeps at least as much as either
   */
  default RetentionPolicy or(RetentionPolicy other) {
    return new UnionPolicy(this, other);
  }

  /**
   * Returns a policy that keeps what this policy keeps and, of the older backups, what the next one
   * keeps. The next policy receives only backups that are older than all backups that this policy
   * keeps, so it counts from there: {@code keepLast(144).then(keepHourly(168))} keeps hours from
   * the 145th backup on, whereas {@code or} would also count the hours of the newest 144. No other
   * backup is kept between those that this policy keeps.
   *
   * @param next the policy for the older backups
   * @return the combined policy
   */
  default RetentionPolicy then(RetentionPolicy next) {
    return new ChainedPolicy(this, next);
  }

  /**
   * Returns a policy that keeps what this policy keeps and, when that is fewer than a minimum, the
   * newest of the others up to the minimum: {@code keepWithin(Duration.ofDays(30)).atLeast(3)}
   * keeps three backups of a cluster that has had none for a year.
   *
   * @param count the minimum number of backups of a series, at least 1
   * @return the policy, {@code THIS at least COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  default RetentionPolicy atLeast(int count) {
    return new AtLeast(this, count);
  }

  /**
   * Returns a policy that keeps the newest backups, independent of their age.
   *
   * @param count the number of backups, at least 1
   * @return the policy, {@code last COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepLast(int count) {
    return new KeepLast(count);
  }

  /**
   * Returns a policy that keeps the backups that are not older than an age; a backup of exactly
   * that age is kept.
   *
   * @param age the age, more than zero
   * @return the policy, {@code within AGE}
   * @throws IllegalArgumentException when the age is zero or negative
   */
  static RetentionPolicy keepWithin(Duration age) {
    return new KeepWithin(age);
  }

  /**
   * Returns a policy that keeps the last backup of each UTC hour in which there is one, for the
   * newest such hours.
   *
   * @param count the number of hours, at least 1
   * @return the policy, {@code hourly COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepHourly(int count) {
    return new KeepLastOfEach(Period.HOUR, count);
  }

  /**
   * Returns a policy that keeps the last backup of each UTC day on which there is one, for the
   * newest such days.
   *
   * @param count the number of days, at least 1
   * @return the policy, {@code daily COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepDaily(int count) {
    return new KeepLastOfEach(Period.DAY, count);
  }

  /**
   * Returns a policy that keeps the last backup of each ISO week (Monday to Sunday, UTC) in which
   * there is one, for the newest such weeks.
   *
   * @param count the number of weeks, at least 1
   * @return the policy, {@code weekly COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepWeekly(int count) {
    return new KeepLastOfEach(Period.WEEK, count);
  }

  /**
   * Returns a policy that keeps the last backup of each UTC month in which there is one, for the
   * newest such months.
   *
   * @param count the number of months, at least 1
   * @return the policy, {@code monthly COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepMonthly(int count) {
    return new KeepLastOfEach(Period.MONTH, count);
  }

  /**
   * Returns a policy that keeps the last backup of each UTC year in which there is one, for the
   * newest such years.
   *
   * @param count the number of years, at least 1
   * @return the policy, {@code yearly COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepYearly(int count) {
    return new KeepLastOfEach(Period.YEAR, count);
  }

  /**
   * Returns a policy that limits the total size of a series. It keeps the newest backup, whatever
   * its size, and, from the newest to the oldest, each of the others that fits into what is left.
   * Sizes are those of the stored objects; of the copies of one base name in different encodings
   * only one is counted.
   *
   * @param bytes the total size of each series in bytes, at least 1
   * @return the policy, {@code within-bytes SIZE}
   * @throws IllegalArgumentException when the size is less than 1
   */
  static RetentionPolicy keepWithinBytes(long bytes) {
    return new KeepWithinBytes(bytes);
  }

  /**
   * Returns a policy that limits the total size of all series of a project. It keeps the newest
   * backup of each series, whatever its size, and, from the newest to the oldest of all series,
   * each of the others that fits into what is left. Sizes are counted as by {@link
   * #keepWithinBytes}. A project with many series keeps less of each than one with few.
   *
   * <p>Behind {@link #then} it receives what is older than what the first policy keeps, and counts
   * from there, with the newest of that for each series.
   *
   * @param bytes the total size of each project in bytes, at least 1
   * @return the policy, {@code within-project-bytes SIZE}
   * @throws IllegalArgumentException when the size is less than 1
   */
  static RetentionPolicy keepWithinProjectBytes(long bytes) {
    return new KeepWithinProjectBytes(bytes);
  }
}
