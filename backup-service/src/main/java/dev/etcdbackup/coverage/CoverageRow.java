package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * A row of a coverage report: the state of one project.
 *
 * <p>Immutable and thread-safe.
 *
 * @param project the project
 * @param state its state
 * @param newest its newest periodic backup or tarball that is not {@linkplain Backup#isDatedAhead
 *     dated in the future}
 * @param age the age of that backup, 0 when it is dated later than now; present exactly when {@code
 *     newest} is
 * @param note one line for people: by when a backup was or is expected, how to recover, which
 *     backups were not counted. May be empty. Contains the recovery note as configured
 */
public record CoverageRow(
    String project,
    CoverageState state,
    Optional<Backup> newest,
    Optional<Duration> age,
    String note) {
  /** Checks the values. */
  public CoverageRow {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(note, "note");
    if (newest.isPresent() != age.isPresent()) {
      throw new IllegalArgumentException("newest and age must both be present or both be absent");
    }
  }
}
