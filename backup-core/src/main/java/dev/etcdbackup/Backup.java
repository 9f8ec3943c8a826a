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
 * A stored object together with what its name says.
 *
 * <p>Immutable and thread-safe.
 *
 * @param stored the object
 * @param name its name, read
 */
public record Backup(StoredBackup stored, BackupName name) {
  /**
   * Oldest first: by the time in the name (none before all others), then by revision as a number
   * (none first), then by the UTF-8 bytes of the key. Never by text first ({@code v240} is before
   * {@code v1200}) and never by revision first, which goes down after a restore. A total order over
   * the backups of a store.
   */
  public static final Comparator<Backup> OLDEST_FIRST =
      (a, b) -> {
        int byAge = a.name.compareAge(b.name);
        return byAge != 0 ? byAge : a.key().compareTo(b.key());
      };

  /** Checks that the name is the one in the key. */
  public Backup {
    Objects.requireNonNull(stored, "stored");
    if (!name.text().equals(stored.key().name())) {
      throw new IllegalArgumentException(
          "name " + name + " does not belong to key " + stored.key());
    }
  }

  /**
   * Reads the name of a stored object.
   *
   * @param stored the object
   * @param tarballZone the zone in which the times in the names of tarballs were written
   * @return the object and what its name says
   */
  public static Backup of(StoredBackup stored, ZoneId tarballZone) {
    return new Backup(stored, BackupName.parse(stored.key().name(), tarballZone));
  }

  /**
   * The full key.
   *
   * @return the key of the object
   */
  public BackupKey key() {
    return stored.key();
  }

  /**
   * What kind of backup this is.
   *
   * @return the kind its name announces
   */
  public BackupKind kind() {
    return name.kind();
  }

  /**
   * When the backup was begun.
   *
   * @return the time in the name; empty for kind other
   */
  public Optional<Instant> time() {
    return name.time();
  }

  /**
   * Whether the time in the name is more than an hour ahead: the work of a clock gone wrong. Such a
   * backup is kept and listed, but counts for nothing: it is not the newest, and takes no other's
   * place.
   *
   * @param now the time to judge by
   * @return true when it is dated after now and an hour
   */
  public boolean isDatedAhead(Instant now) {
    return time().isPresent()
        && Duration.between(now, time().get()).compareTo(Duration.ofHours(1)) > 0;
  }

  /**
   * The series this backup belongs to.
   *
   * @return the series; empty for kind other
   */
  public Optional<Series> series() {
    return kind() == BackupKind.OTHER
        ? Optional.empty()
        : Optional.of(new Series(key().project(), kind(), name.prefix()));
  }

  /**
   * That of the key, which is what tells backups apart: plans hash each of 100,000 several times.
   */
  @Override
  public int hashCode() {
    return key().hashCode();
  }
}
