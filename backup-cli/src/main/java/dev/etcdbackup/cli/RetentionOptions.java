package dev.etcdbackup.cli;

import dev.etcdbackup.cli.config.RetentionText;
import dev.etcdbackup.cli.config.RetentionTier;
import dev.etcdbackup.retention.RetentionPolicy;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which backups to keep. */
final class RetentionOptions {
  @Option(
      names = "--keep",
      paramLabel = "POLICY",
      description =
          "Keep what a policy keeps, instead of the options below: 'last 144 then hourly 168 then"
              + " daily 30', '(last 3 or within 2d) then weekly 8'.")
  private @Nullable String policy;

  @Option(names = "--keep-last", paramLabel = "N", description = "Keep the newest N.")
  private @Nullable String last;

  @Option(
      names = "--keep-within",
      paramLabel = "DURATION",
      description = "Keep those not older than this: 36h, 7d.")
  private @Nullable String within;

  @Option(
      names = "--keep-hourly",
      paramLabel = "N",
      description = "Keep the last of each of the newest N hours (UTC) that have one.")
  private @Nullable String hourly;

  @Option(names = "--keep-daily", paramLabel = "N", description = "The same for days.")
  private @Nullable String daily;

  @Option(
      names = "--keep-weekly",
      paramLabel = "N",
      description = "The same for weeks, from Monday on.")
  private @Nullable String weekly;

  @Option(names = "--keep-monthly", paramLabel = "N", description = "The same for months.")
  private @Nullable String monthly;

  @Option(names = "--keep-yearly", paramLabel = "N", description = "The same for years.")
  private @Nullable String yearly;

  @Option(
      names = "--keep-within-bytes",
      paramLabel = "SIZE",
      description =
          "Keep the newest backup, and from newest to oldest each one that fits into this"
              + " total size of a series: 500GiB, 2TiB.")
  private @Nullable String withinBytes;

  @Option(
      names = "--keep-within-project-bytes",
      paramLabel = "SIZE",
      description =
          "The same for the total size of the project; the newest of each of its series stays.")
  private @Nullable String withinProjectBytes;

  @Option(
      names = "--keep-at-least",
      paramLabel = "N",
      description = "Keep N of a series even when the other options keep fewer.")
  private @Nullable String atLeast;

  /** Whether any of the options is given. */
  boolean given() {
    return Stream.of(
            policy,
            last,
            within,
            hourly,
            daily,
            weekly,
            monthly,
            yearly,
            withinBytes,
            withinProjectBytes,
            atLeast)
        .anyMatch(Objects::nonNull);
  }

  /** The policy of the options, which are joined by "or". */
  RetentionPolicy policy() throws UsageException {
    Map<RetentionTier, Optional<String>> tiers = new EnumMap<>(RetentionTier.class);
    tiers.put(RetentionTier.LAST, Optional.ofNullable(last));
    tiers.put(RetentionTier.WITHIN, Optional.ofNullable(within));
    tiers.put(RetentionTier.HOURLY, Optional.ofNullable(hourly));
    tiers.put(RetentionTier.DAILY, Optional.ofNullable(daily));
    tiers.put(RetentionTier.WEEKLY, Optional.ofNullable(weekly));
    tiers.put(RetentionTier.MONTHLY, Optional.ofNullable(monthly));
    tiers.put(RetentionTier.YEARLY, Optional.ofNullable(yearly));
    tiers.put(RetentionTier.WITHIN_BYTES, Optional.ofNullable(withinBytes));
    tiers.put(RetentionTier.WITHIN_PROJECT_BYTES, Optional.ofNullable(withinProjectBytes));
    RetentionPolicy all = null;
    for (Map.Entry<RetentionTier, Optional<String>> tier : tiers.entrySet()) {
      if (tier.getValue().isPresent()) {
        RetentionPolicy one =
            read(option(tier.getKey()), tier.getKey()::policy, tier.getValue().get());
        all = all == null ? one : all.or(one);
      }
    }
    if (policy != null) {
      if (all != null) {
        throw new UsageException("--keep excludes the other --keep options");
      }
      all = read("--keep", RetentionText::parse, policy);
    }
    if (all == null) {
      throw new UsageException("nothing to keep; give --keep-last N or another --keep option");
    }
    RetentionPolicy kept = all;
    return atLeast == null
        ? kept
        : read("--keep-at-least", text -> kept.atLeast(RetentionTier.count(text)), atLeast);
  }

  private static RetentionPolicy read(
      String option, Function<String, RetentionPolicy> parser, String text) throws UsageException {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage());
    }
  }

  private static String option(RetentionTier tier) {
    return "--keep-" + tier.word();
  }
}
