package dev.etcdbackup.cli.config;

import dev.etcdbackup.retention.RetentionPolicy;
import java.util.Locale;

/** The simple retention policies, as the configuration file and {@code prune} name them. */
public enum RetentionTier {
  /** The newest backups. */
  LAST,
  /** The backups that are not older than an age. */
  WITHIN,
  /** The last backup of each hour. */
  HOURLY,
  /** The last backup of each day. */
  DAILY,
  /** The last backup of each week. */
  WEEKLY,
  /** The last backup of each month. */
  MONTHLY;

  /**
   * The word for it in the text of a policy.
   *
   * @return {@code last}, {@code within}, {@code hourly} …
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The name of its field in the configuration file.
   *
   * @return {@code keepLast}, {@code keepWithin}, {@code keepHourly} …
   */
  public String field() {
    return "keep" + name().charAt(0) + word().substring(1);
  }

  /**
   * The policy with a given value.
   *
   * @param value a number of 1 to 999,999,999; for {@link #WITHIN} a duration
   * @return the policy
   * @throws IllegalArgumentException when the value is neither
   */
  public RetentionPolicy policy(String value) {
    return switch (this) {
      case LAST -> RetentionPolicy.keepLast(count(value));
      case WITHIN -> RetentionPolicy.keepWithin(DurationSyntax.parse(value));
      case HOURLY -> RetentionPolicy.keepHourly(count(value));
      case DAILY -> RetentionPolicy.keepDaily(count(value));
      case WEEKLY -> RetentionPolicy.keepWeekly(count(value));
      case MONTHLY -> RetentionPolicy.keepMonthly(count(value));
    };
  }

  private static int count(String text) {
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < 1) {
      throw new IllegalArgumentException("must be a number of 1 to 999999999, not '" + text + "'");
    }
    return Integer.parseInt(text);
  }
}
