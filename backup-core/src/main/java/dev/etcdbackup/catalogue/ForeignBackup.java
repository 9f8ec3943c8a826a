package dev.etcdbackup.catalogue;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * An object that another tool wrote, as its key describes it. To this library its kind is other: it
 * is never pruned unless its format is named.
 *
 * <p>Immutable and thread-safe.
 *
 * @param backup the object
 * @param format the format of its key
 * @param role whether it is a snapshot
 * @param time when the backup was taken: the time in the key, or when the store received it
 * @param timeSource where that time is from
 * @param series what the key says beside time and revision, for example the directory and the name
 *     of the node. Backups of one project, format and series are those of one cluster
 * @param group what a snapshot and its companions have in common, within a project and a format
 * @param encodings what was done to the snapshot as the key says it, in the order in which it was
 *     applied: {@code gzip}, {@code lzw}, {@code zlib}, {@code zstd}, {@code zip}, {@code tar},
 *     {@code age}, {@code openpgp}, {@code omni}. Empty when it is stored as it is
 * @param revision etcd's revision in the key; empty when there is none
 */
public record ForeignBackup(
    Backup backup,
    ForeignFormat format,
    Role role,
    Instant time,
    TimeSource timeSource,
    String series,
    String group,
    List<String> encodings,
    OptionalLong revision) {
  /** What an object is to the tool that wrote it. */
  public enum Role {
    /** A whole snapshot, from which a cluster can be restored. */
    SNAPSHOT,
    /** Changes since another backup, which only the tool that wrote them can apply. */
    INCREMENT,
    /** An object that belongs to a backup and is none, for example a file of metadata. */
    COMPANION;

    /**
     * Returns the name of the role in texts and documents.
     *
     * @return the name in lower case
     */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Where a time is from. */
  public enum TimeSource {
    /** The key contains it. */
    NAME,
    /** The store received the object at this time, which a copy or a second upload makes later. */
    LAST_MODIFIED;

    /**
     * Returns the name of the source in texts and documents.
     *
     * @return {@code name} or {@code last-modified}
     */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * Orders backups from the oldest to the newest: by {@link #time()}, then by revision as a number
   * (those without a revision first), then by key.
   */
  public static final Comparator<ForeignBackup> OLDEST_FIRST =
      Comparator.comparing(ForeignBackup::time)
          .thenComparing(one -> one.revision.orElse(-1))
          .thenComparing(ForeignBackup::key);

  /** Checks the values and copies the list. */
  public ForeignBackup {
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(format, "format");
    Objects.requireNonNull(role, "role");
    Objects.requireNonNull(time, "time");
    Objects.requireNonNull(timeSource, "timeSource");
    Objects.requireNonNull(series, "series");
    Objects.requireNonNull(group, "group");
    Objects.requireNonNull(revision, "revision");
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
   * Returns whether this is a whole snapshot.
   *
   * @return true for {@link Role#SNAPSHOT}
   */
  public boolean isSnapshot() {
    return role == Role.SNAPSHOT;
  }

  /**
   * Returns whether the time is more than 1 hour in the future, as {@link Backup#isDatedAhead}.
   *
   * @param now the current time
   * @return true when the time is later than {@code now} plus 1 hour
   */
  public boolean isDatedAhead(Instant now) {
    return Duration.between(now, time).compareTo(Duration.ofHours(1)) > 0;
  }
}
