package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of a search for the newest good backup of a project.
 *
 * <p>Immutable and thread-safe.
 *
 * @param backup the newest backup that passed verification; empty when no backup is good
 * @param passedOver the newer backups, which did not pass, in the order in which they were read
 */
public record NewestGood(Optional<Backup> backup, List<PassedOver> passedOver) {
  /**
   * A backup that did not pass verification.
   *
   * @param backup the backup
   * @param problems the problems that were found, one line each, at least one
   */
  public record PassedOver(Backup backup, List<String> problems) {
    /** Copies the list. */
    public PassedOver {
      Objects.requireNonNull(backup, "backup");
      problems = List.copyOf(problems);
    }
  }

  /** Copies the list. */
  public NewestGood {
    Objects.requireNonNull(backup, "backup");
    passedOver = List.copyOf(passedOver);
  }
}
