package dev.etcdbackup.coverage;

import dev.etcdbackup.Backup;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The state of one project.
 *
 * <p>Immutable and thread-safe.
 *
 * @param project the project
 * @param state its state
 * @param newest its newest backup that counts: periodic or tarball, and not {@linkplain
 *     Backup#isDatedAhead dated ahead}
 * @param age the age of that backup, zero when it is dated later than now; present when {@code
 *     newest} is
 * @param note one line for people: by when a backup was or is expected, how to recover, what was
 *     left out. May be empty. Contains the recovery note as configured
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
