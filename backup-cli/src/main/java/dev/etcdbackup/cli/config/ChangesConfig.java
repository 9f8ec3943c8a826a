package dev.etcdbackup.cli.config;

import java.time.Duration;
import java.util.Optional;

/**
 * How the changes of a cluster between its backups are recorded.
 *
 * @param period how long after its first event an object is stored
 * @param bytes how many bytes of events make it full
 * @param hashEvery the cluster's HashKV is recorded once in so many objects; 0 for never
 * @param consolidateEvery how old the newest backup may become before a full backup is made of it
 *     and its changes; empty for never
 */
public record ChangesConfig(
    Duration period, int bytes, int hashEvery, Optional<Duration> consolidateEvery) {
  /** The period when the configuration does not say: 10 seconds. */
  public static final Duration DEFAULT_PERIOD = Duration.ofSeconds(10);

  /** The bytes when the configuration does not say: 8 MiB. */
  public static final int DEFAULT_BYTES = 8 << 20;

  /** How often HashKV is recorded when the configuration does not say: with every 360th object. */
  public static final int DEFAULT_HASH_EVERY = 360;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when one is out of its range
   */
  public ChangesConfig {
    if (period.compareTo(Duration.ofSeconds(1)) < 0 || period.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("must be 1s to 1d, not '" + period.toSeconds() + "s'");
    }
    if (consolidateEvery.isPresent()
        && (consolidateEvery.get().compareTo(Duration.ofMinutes(1)) < 0
            || consolidateEvery.get().compareTo(Duration.ofDays(366)) > 0)) {
      throw new IllegalArgumentException(
          "must be 1m to 366d, not '" + consolidateEvery.get().toSeconds() + "s'");
    }
  }
}
