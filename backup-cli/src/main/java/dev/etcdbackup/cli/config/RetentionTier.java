package dev.etcdbackup.cli.config;

import dev.etcdbackup.internal.SizeText;
import dev.etcdbackup.retention.RetentionPolicy;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

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
  MONTHLY,
  /** The last backup of each year. */
  YEARLY,
  /** The newest backups up to a total size of their series. */
  WITHIN_BYTES,
  /** The newest backups up to a total size of their project. */
  WITHIN_PROJECT_BYTES;

  /**
   * The word for it in the text of a policy.
   *
   * @return {@code last}, {@code within}, {@code hourly}, {@code within-bytes} …
   */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The name of its field in the configuration file.
   *
   * @return {@code keepLast}, {@code keepWithin}, {@code keepHourly}, {@code keepWithinBytes} …
   */
  public String field() {
    return Arrays.stream(word().split("-"))
        .map(part -> part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1))
        .collect(Collectors.joining("", "keep", ""));
  }

  /**
   * The policy with a given value.
   *
   * @param value a number of 1 to 999,999,999; for {@link #WITHIN} a duration, for {@link
   *     #WITHIN_BYTES} and {@link #WITHIN_PROJECT_BYTES} a size
   * @return the policy
   * @throws IllegalArgumentException when the value is none of these
   */
  public RetentionPolicy policy(String value) {
    return switch (this) {
      case LAST -> RetentionPolicy.keepLast(count(value));
      case WITHIN -> RetentionPolicy.keepWithin(DurationSyntax.parse(value));
      case HOURLY -> RetentionPolicy.keepHourly(count(value));
      case DAILY -> RetentionPolicy.keepDaily(count(value));
      case WEEKLY -> RetentionPolicy.keepWeekly(count(value));
      case MONTHLY -> RetentionPolicy.keepMonthly(count(value));
      case YEARLY -> RetentionPolicy.keepYearly(count(value));
      case WITHIN_BYTES -> RetentionPolicy.keepWithinBytes(SizeText.parse(value));
      case WITHIN_PROJECT_BYTES -> RetentionPolicy.keepWithinProjectBytes(SizeText.parse(value));
    };
  }

  /**
   * Reads a number of backups.
   *
   * @param text the number, 1 to 999,999,999
   * @return the number
   * @throws IllegalArgumentException when the text is not such a number
   */
  public static int count(String text) {
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < 1) {
      throw new IllegalArgumentException("must be a number of 1 to 999999999, not '" + text + "'");
    }
    return Integer.parseInt(text);
  }
}
