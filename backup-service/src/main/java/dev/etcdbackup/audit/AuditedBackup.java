package dev.etcdbackup.audit;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.catalogue.ForeignBackup.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A snapshot in an audited store, and what was found in it if it was read.
 *
 * <p>Immutable and thread-safe.
 *
 * @param backup the stored object
 * @param time when it was taken
 * @param timeSource where that time is from
 * @param encodings what was done to the snapshot as its name says it
 * @param inspection what was found; empty when it was not read
 * @param unreadable the reason why the store could not read it; empty when it could, or was not
 *     asked
 */
public record AuditedBackup(
    Backup backup,
    Instant time,
    TimeSource timeSource,
    List<String> encodings,
    Optional<Inspection> inspection,
    Optional<String> unreadable) {
  /** Orders backups from the oldest to the newest, then by revision in the name, then by key. */
  public static final Comparator<AuditedBackup> OLDEST_FIRST =
      Comparator.comparing(AuditedBackup::time)
          .thenComparing(one -> one.backup.name().revision().orElse(-1))
          .thenComparing(AuditedBackup::key);

  /** Checks the values and copies the list. */
  public AuditedBackup {
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(timeSource, "timeSource");
    Objects.requireNonNull(inspection, "inspection");
    Objects.requireNonNull(unreadable, "unreadable");
    encodings = List.copyOf(encodings);
  }

  /**
   * Returns the full key.
   *
   * @return the key of the object
   */
  public BackupKey key() {
    return backup.key();
  }

  /**
   * Returns how long after the time in its name the store received the object.
   *
   * @return the time between; zero when the name has no time, or the object arrived before it
   */
  public Duration uploadedLate() {
    Duration late = Duration.between(time, backup.stored().lastModified());
    return late.isNegative() ? Duration.ZERO : late;
  }

  /** Returns whether it was read or tried to be. */
  boolean isExamined() {
    return inspection.isPresent() || unreadable.isPresent();
  }

  AuditedBackup with(Inspection found) {
    return new AuditedBackup(
        backup, time, timeSource, encodings, Optional.of(found), Optional.empty());
  }

  AuditedBackup unreadable(String reason) {
    return new AuditedBackup(
        backup, time, timeSource, encodings, Optional.empty(), Optional.of(reason));
  }
}
