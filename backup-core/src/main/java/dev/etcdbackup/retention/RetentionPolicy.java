package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Says which backups to keep.
 *
 * <p>To have a policy of one's own, implement {@link #keep}; to use one, call {@link #plan}, which
 * adds what no policy may break. Policies are pure: the same backups and time give the same answer,
 * nothing is read, deleted or remembered. So they are thread-safe. Those made here are immutable,
 * and their {@code toString} says what they keep: {@code last 7 or daily 7}.
 *
 * <p>Count-based tiers count backups, or periods that hold a backup, never days of the calendar: a
 * week without backups deletes nothing.
 */
@FunctionalInterface
public interface RetentionPolicy {
  /**
   * Chooses among the backups of one series.
   *
   * <p>What is not kept must not matter: taking away backups that this policy would not keep must
   * not change what it keeps. Otherwise a second pruning, right after the first, would delete more.
   *
   * @param newestFirst backups of a single series in the order of {@link Backup#OLDEST_FIRST}
   *     reversed; all have a time, none more than an hour after {@code now}. Of copies of one base
   *     name in different encodings, one is in the list. Unmodifiable, may be empty
   * @param now the time of the planning
   * @return those to keep, each with the reason in one short line; nothing that was not offered
   */
  Map<Backup, String> keep(List<Backup> newestFirst, Instant now);

  /**
   * Plans a listing, as {@link RetentionPlan#of} does it: whatever {@link #keep} answers,
   *
   * <ul>
   *   <li>each series is planned by itself, as if the others were not there;
   *   <li>backups of one base name in different encodings count once, and are kept or deleted
   *       together;
   *   <li>a backup of kind other stays: {@code not a periodic or tarball name};
   *   <li>a backup dated more than an hour after {@code now} stays and counts for nothing: {@code
   *       dated in the future};
   *   <li>the newest of the rest of each series stays: {@code the newest of its series}, unless the
   *       policy has a reason of its own.
   * </ul>
   *
   * @param backups the complete listing of one or more projects, in any order
   * @param now the time of the planning
   * @return one decision for each backup, in the order of the keys
   * @throws IllegalArgumentException when two of the backups have the same key
   * @throws IllegalStateException when the policy keeps what it was not offered, or gives no
   *     reason: it cannot be trusted with the rest then
   */
  default RetentionPlan plan(List<Backup> backups, Instant now) {
    return RetentionPlan.of(this, backups, now);
  }

  /**
   * Keeps what this policy or the other keeps. Both see all backups; where both keep one, its
   * reasons are joined by {@code "; "}.
   *
   * @param other the other policy
   * @return a policy that keeps at least as much as either
   */
  default RetentionPolicy or(RetentionPolicy other) {
    return new UnionPolicy(this, other);
  }

  /**
   * Keeps what this policy keeps, and of the older backups what the next one keeps. The next sees
   * only what is older than all that this one keeps, so its counts begin where this one ends:
   * {@code keepLast(144).then(keepHourly(168))} keeps hours from the 145th backup on, where {@code
   * or} would spend hours on the newest 144. Between those that this one keeps, nothing else stays.
   *
   * @param next the policy for what is older
   * @return a policy of both
   */
  default RetentionPolicy then(RetentionPolicy next) {
    return new ChainedPolicy(this, next);
  }

  /**
   * Keeps the newest backups, whenever they were made.
   *
   * @param count how many, at least 1
   * @return the policy, {@code last COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepLast(int count) {
    return new KeepLast(count);
  }

  /**
   * Keeps the backups that are not older than an age; one of exactly that age is kept.
   *
   * @param age the age, more than zero
   * @return the policy, {@code within AGE}
   * @throws IllegalArgumentException when the age is zero or negative
   */
  static RetentionPolicy keepWithin(Duration age) {
    return new KeepWithin(age);
  }

  /**
   * Keeps the last backup of each UTC hour that has one, for the newest such hours.
   *
   * @param count how many hours, at least 1
   * @return the policy, {@code hourly COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepHourly(int count) {
    return new KeepLastOfEach(Period.HOUR, count);
  }

  /**
   * Keeps the last backup of each UTC day that has one, for the newest such days.
   *
   * @param count how many days, at least 1
   * @return the policy, {@code daily COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepDaily(int count) {
    return new KeepLastOfEach(Period.DAY, count);
  }

  /**
   * Keeps the last backup of each ISO week (Monday to Sunday, UTC) that has one, for the newest
   * such weeks.
   *
   * @param count how many weeks, at least 1
   * @return the policy, {@code weekly COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepWeekly(int count) {
    return new KeepLastOfEach(Period.WEEK, count);
  }

  /**
   * Keeps the last backup of each UTC month that has one, for the newest such months.
   *
   * @param count how many months, at least 1
   * @return the policy, {@code monthly COUNT}
   * @throws IllegalArgumentException when the count is less than 1
   */
  static RetentionPolicy keepMonthly(int count) {
    return new KeepLastOfEach(Period.MONTH, count);
  }
}
