package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.Backup;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.catalogue.ForeignBackup;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupNote.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A backup as {@code -o json} shows it; what is absent is null, and notes are left out.
 *
 * @param kind {@code periodic}, {@code tarball}, the format of another tool's name, or {@code
 *     other}
 * @param time when it was taken; null for {@code other}
 * @param role of what another tool wrote: {@code snapshot}, {@code increment}, {@code companion};
 *     otherwise null
 * @param timeSource where that time is from: {@code name} or {@code last-modified}
 * @param encoding what was done to the snapshot as the name says it
 */
record BackupJson(
    String key,
    String project,
    String name,
    String kind,
    @Nullable String time,
    @Nullable Long revision,
    long size,
    String lastModified,
    @Nullable String role,
    @Nullable String timeSource,
    List<String> encoding,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String pin,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String bad,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String note) {
  /** With the notes of its project. */
  static BackupJson of(Backup backup, Catalogue catalogue, List<BackupNote> notes) {
    Optional<ForeignBackup> foreign = catalogue.find(backup);
    boolean isOwn = backup.kind() != BackupKind.OTHER;
    Optional<Instant> time = foreign.map(ForeignBackup::time).or(backup::time);
    OptionalLong revision =
        foreign.map(ForeignBackup::revision).orElseGet(() -> backup.name().revision());
    return new BackupJson(
        backup.key().toString(),
        backup.key().project(),
        backup.key().name(),
        foreign
            .map(one -> one.format().label())
            .orElseGet(() -> backup.kind().name().toLowerCase(Locale.ROOT)),
        time.map(Instant::toString).orElse(null),
        revision.isPresent() ? revision.getAsLong() : null,
        backup.stored().size(),
        backup.stored().lastModified().toString(),
        foreign.map(one -> one.role().label()).orElse(null),
        isOwn ? "name" : foreign.map(one -> one.timeSource().label()).orElse(null),
        isOwn ? encoding(backup) : foreign.map(ForeignBackup::encodings).orElse(List.of()),
        text(backup, notes, Kind.PIN),
        text(backup, notes, Kind.BAD),
        text(backup, notes, Kind.NOTE));
  }

  /** When it was taken, for people: of {@code other} when the store received it. */
  String shownTime() {
    return time == null ? lastModified : time;
  }

  String shownTimeSource() {
    return timeSource == null ? "last-modified" : timeSource;
  }

  /** The text of a note; null when there is none of this kind. */
  private static @Nullable String text(Backup backup, List<BackupNote> notes, Kind kind) {
    return notes.stream()
        .filter(one -> one.kind() == kind && one.key().equals(backup.key()))
        .map(BackupNote::text)
        .findFirst()
        .orElse(null);
  }

  /** What was done to the snapshot, in this order: tar.gz, zstd, openpgp. */
  static List<String> encoding(Backup backup) {
    return backup.name().encodings().stream()
        .map(
            suffix ->
                switch (suffix) {
                  case ".zst" -> "zstd";
                  case ".gpg" -> "openpgp";
                  default -> suffix.substring(1);
                })
        .toList();
  }
}
