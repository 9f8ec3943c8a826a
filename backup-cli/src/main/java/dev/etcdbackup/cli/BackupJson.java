package dev.etcdbackup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.etcdbackup.Backup;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupNote.Kind;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A backup as {@code -o json} shows it; what is absent is null, and notes are left out. */
record BackupJson(
    String key,
    String project,
    String name,
    String kind,
    @Nullable String time,
    @Nullable Long revision,
    long size,
    String lastModified,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String pin,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String bad,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String note) {
  static BackupJson of(Backup backup) {
    return of(backup, List.of());
  }

  /** With the notes of its project. */
  static BackupJson of(Backup backup, List<BackupNote> notes) {
    return new BackupJson(
        backup.key().toString(),
        backup.key().project(),
        backup.key().name(),
        backup.kind().name().toLowerCase(Locale.ROOT),
        backup.time().map(Instant::toString).orElse(null),
        backup.name().revision().isPresent() ? backup.name().revision().getAsLong() : null,
        backup.stored().size(),
        backup.stored().lastModified().toString(),
        text(backup, notes, Kind.PIN),
        text(backup, notes, Kind.BAD),
        text(backup, notes, Kind.NOTE));
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
