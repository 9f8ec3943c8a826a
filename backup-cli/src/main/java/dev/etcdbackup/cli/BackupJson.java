package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A backup as {@code -o json} shows it; what is absent is null. */
record BackupJson(
    String key,
    String project,
    String name,
    String kind,
    @Nullable String time,
    @Nullable Long revision,
    long size,
    String lastModified) {
  static BackupJson of(Backup backup) {
    return new BackupJson(
        backup.key().toString(),
        backup.key().project(),
        backup.key().name(),
        backup.kind().name().toLowerCase(Locale.ROOT),
        backup.time().map(Instant::toString).orElse(null),
        backup.name().revision().isPresent() ? backup.name().revision().getAsLong() : null,
        backup.stored().size(),
        backup.stored().lastModified().toString());
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
