package dev.etcdbackup.cli;

import dev.etcdbackup.restore.PointInTime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a state between two backups. */
final class PointInTimeOptions {
  @Option(
      names = "--to-revision",
      converter = Converters.Revision.class,
      paramLabel = "N",
      description =
          "The state as of revision N, from a backup and the changes recorded after it. With a"
              + " project instead of a key, the backup is chosen.")
  private @Nullable Long revision;

  @Option(
      names = "--to-time",
      paramLabel = "INSTANT",
      description = "The state as of a time, 2020-02-03T21:00:00Z, in the same way.")
  private @Nullable Instant time;

  @Option(
      names = "--as-far-as-possible",
      description =
          "When the recorded changes are incomplete or damaged before that point, restore"
              + " up to the last good revision. Default: refuse, and name that revision.")
  private boolean asFarAsPossible;

  /** Whether a point was given. */
  boolean isGiven() {
    return revision != null || time != null;
  }

  boolean asFarAsPossible() {
    return asFarAsPossible;
  }

  /** The point that was given; the latest one when there is none. */
  PointInTime point() throws UsageException {
    if (revision != null && time != null) {
      throw new UsageException("--to-revision and --to-time exclude each other");
    }
    if (revision != null) {
      return PointInTime.revision(revision);
    }
    return time != null ? PointInTime.time(time) : PointInTime.latest();
  }

  /** Refuses what is of no use without a point. */
  void requireComplete() throws UsageException {
    if (asFarAsPossible && !isGiven()) {
      throw new UsageException("--as-far-as-possible needs --to-revision or --to-time");
    }
  }
}
