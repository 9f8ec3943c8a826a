package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupNote.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Information on restoring a project: up to when its changes are recorded, what was verified or
 * restored last, and which of its backups people pinned or marked as bad.
 *
 * <p>Immutable and thread-safe.
 *
 * @param recordedTo up to when it can be restored from its newest backup and the changes after it;
 *     empty when its changes are not recorded
 * @param notes the notes of its backups
 */
public record RecoveryCoverage(Optional<Instant> recordedTo, List<BackupNote> notes) {
  /** Nothing is known. */
  static final RecoveryCoverage NONE = new RecoveryCoverage(Optional.empty(), List.of());

  /** Copies the list. */
  public RecoveryCoverage {
    Objects.requireNonNull(recordedTo, "recordedTo");
    notes = List.copyOf(notes);
  }

  /**
   * Computes from the names in a listing up to when the changes of a project are recorded: the time
   * of the last object that continues the newest backup without a gap in the revisions, or that of
   * the backup when there is none. An object is written only when something changed, so this is
   * earlier than it could be for a cluster that does not change.
   *
   * @param own the backups of the project, complete, in any order
   * @param now the time of the listing
   * @return the time; empty when there are no changes, or no backup
   */
  public static Optional<Instant> recordedTo(List<Backup> own, Instant now) {
    Objects.requireNonNull(now, "now");
    List<Backup> dated =
        own.stream().filter(one -> one.time().isPresent() && !one.isDatedAhead(now)).toList();
    Optional<Backup> base =
        dated.stream().filter(one -> one.kind().hasSeries()).max(Backup.OLDEST_FIRST);
    if (base.isEmpty() || dated.stream().noneMatch(one -> one.kind() == BackupKind.CHANGES)) {
      return Optional.empty();
    }
    Instant at = base.get().time().orElseThrow();
    long reach = -1;
    for (Backup one : changesSince(at, dated)) {
      if (reach >= 0 && one.name().firstRevision().orElseThrow() > reach + 1) {
        break;
      }
      reach = Math.max(reach, one.name().revision().orElseThrow());
      Instant time = one.time().orElseThrow();
      at = time.isAfter(at) ? time : at;
    }
    return Optional.of(at);
  }

  private static List<Backup> changesSince(Instant from, List<Backup> dated) {
    return dated.stream()
        .filter(one -> one.kind() == BackupKind.CHANGES)
        .filter(one -> !one.time().orElseThrow().isBefore(from))
        .sorted(Comparator.comparingLong(one -> one.name().firstRevision().orElseThrow()))
        .toList();
  }

  /**
   * Returns what would be lost if the cluster were lost now (RPO), when its changes are recorded.
   *
   * @param now the time
   * @return the time since {@code recordedTo}, 0 or more; empty when changes are not recorded
   */
  public Optional<Duration> dataLoss(Instant now) {
    return recordedTo.map(at -> now.isBefore(at) ? Duration.ZERO : Duration.between(at, now));
  }

  /**
   * Returns the last successful drill.
   *
   * @return its record; empty when there is none
   */
  public Optional<BackupNote> lastDrill() {
    return last(Kind.DRILLED);
  }

  /**
   * Returns the last successful verification.
   *
   * @return its record; empty when there is none
   */
  public Optional<BackupNote> lastVerified() {
    return last(Kind.VERIFIED);
  }

  private Optional<BackupNote> last(Kind kind) {
    return of(kind).stream().max(Comparator.comparing(BackupNote::since));
  }

  /**
   * Returns the notes of one kind.
   *
   * @param kind the kind
   * @return the notes, in their order
   */
  public List<BackupNote> of(Kind kind) {
    return notes.stream().filter(one -> one.kind() == kind).toList();
  }

  /**
   * Returns what people said of its backups: pins, bad marks and notes.
   *
   * @return a line for each, with the name of the backup
   */
  public List<String> marks() {
    List<String> lines = new ArrayList<>();
    for (Kind kind : List.of(Kind.BAD, Kind.PIN, Kind.NOTE)) {
      of(kind).forEach(one -> lines.add(one.key().name() + " " + one));
    }
    return lines;
  }

  /**
   * Returns when a backup was last verified, and restored in a drill.
   *
   * @param now the time
   * @return a line for each of the two that was done
   */
  public List<String> proofs(Instant now) {
    List<String> lines = new ArrayList<>();
    lastVerified().ifPresent(one -> lines.add("last verify " + ago(one, now)));
    lastDrill().ifPresent(one -> lines.add("last drill " + ago(one, now)));
    return lines;
  }

  private static String ago(BackupNote note, Instant now) {
    Duration age = Duration.between(note.since(), now);
    return DurationText.format(age.isNegative() ? Duration.ZERO : age) + " ago: " + note.text();
  }
}
