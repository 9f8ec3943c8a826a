package dev.etcdbackup;

import dev.etcdbackup.name.BackupKind;
import java.util.Objects;

/**
 * Backups of one project, kind and prefix: what retention, "newest" and coverage act on. Tarballs
 * of every ten minutes never push out the daily backups beside them.
 *
 * @param project the project
 * @param kind periodic or tarball; a backup of kind other belongs to no series
 * @param prefix what stands before the revision or the time in the names
 */
public record Series(String project, BackupKind kind, String prefix) {
  /** Checks the values. */
  public Series {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(prefix, "prefix");
    if (kind == BackupKind.OTHER) {
      throw new IllegalArgumentException("backups of kind other belong to no series");
    }
  }
}
