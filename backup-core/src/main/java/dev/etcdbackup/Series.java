package dev.etcdbackup;

import dev.etcdbackup.name.BackupKind;
import java.util.Locale;
import java.util.Objects;

/**
 * The backups that have the same project, kind and name prefix. Retention, the search for the
 * newest backup and coverage treat each series on its own, so tarballs that are taken every ten
 * minutes never cause the deletion of the daily backups beside them. A policy that limits the total
 * size of a project is the exception.
 *
 * @param project the project
 * @param kind periodic or tarball; changes and backups of kind other belong to no series
 * @param prefix the part of the names before the revision or the time
 */
public record Series(String project, BackupKind kind, String prefix) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the kind is changes or other
   */
  public Series {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(prefix, "prefix");
    if (!kind.hasSeries()) {
      throw new IllegalArgumentException(
          "backups of kind " + kind.name().toLowerCase(Locale.ROOT) + " belong to no series");
    }
  }
}
