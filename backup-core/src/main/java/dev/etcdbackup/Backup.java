package dev.etcdbackup;

import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.Objects;
import java.util.Optional;

/**
 * A stored backup together with its parsed name.
 *
 * <p>Immutable and thread-safe.
 *
 * @param stored the stored object
 * @param name the parsed name of the object
 */
public record Backup(StoredBackup stored, BackupName name) {
  /**
   * Orders backups from the oldest to the newest: by the time in the name (backups without a time
   * first), then by revision as a number (backups without a revision first), then by the UTF-8
   * bytes of the key. The text of the name does not decide ({@code v240} comes before {@code
   * v1200}), and neither does the revision alone, which decreases after a restore. A total order
   * over the backups of a store.
   */
  public static final Comparator<Backup> OLDEST_FIRST =
      (a, b) -> {
        int byAge = a.name.compareAge(b.name);
        return byAge != 0 ? byAge : a.key().compareTo(b.key());
      };

  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  /**
   * Checks that the name is the one in the key.
   *
   * @throws IllegalArgumentException when it is another name
   */
  public Backup {
    Objects.requireNonNull(stored, "stored");
    if (!name.text().equals(stored.key().name())) {
      throw new IllegalArgumentException(
          "name " + name + " does not belong to key " + stored.key());
    }
  }

  /**
   * Parses the name of a stored object.
   *
   * @param stored the stored object
   * @param tarballZone the time zone in which the times in the names of tarballs were written
   * @return the object with its parsed name; the kind is other when no format matches
   */
  public static Backup of(StoredBackup stored, ZoneId tarballZone) {
    return new Backup(stored, BackupName.parse(stored.key().name(), tarballZone));
  }

  /**
   * Returns the full key.
   *
   * @return the key of the object
   */
  public BackupKey key() {
    return stored.key();
  }

  /**
   * Returns the kind of this backup.
   *
   * @return the kind that follows from the name
   */
  public BackupKind kind() {
    return name.kind();
  }

  /**
   * Returns when the backup was started.
   *
   * @return the time in the name; empty for kind other
   */
  public Optional<Instant> time() {
    return name.time();
  }

  /**
   * Returns whether the time in the name is more than 1 hour in the future, which is caused by
   * clock skew. Such a backup is listed and never deleted, but retention, coverage and the search
   * for the newest backup ignore it.
   *
   * @param now the current time
   * @return true when the time in the name is later than {@code now} plus 1 hour
   */
  public boolean isDatedAhead(Instant now) {
    return time().isPresent() && time().get().minus(CLOCK_SKEW).isAfter(now);
  }

  /**
   * Returns the series of this backup.
   *
   * @return the series; empty for changes and kind other
   */
  public Optional<Series> series() {
    return kind().hasSeries()
        ? Optional.of(new Series(key().project(), kind(), name.prefix()))
        : Optional.empty();
  }

  /**
   * Returns whether this backup is of a series, without making its own.
   *
   * @param series the series
   * @return true if {@link #series()} is that one
   */
  public boolean isOf(Series series) {
    return kind() == series.kind()
        && name.prefix().equals(series.prefix())
        && key().isIn(series.project());
  }

  /**
   * Returns the hash code of the key. Keys are unique within a store, and plans hash each of up to
   * 100,000 backups several times.
   */
  @Override
  public int hashCode() {
    return key().hashCode();
  }
}
