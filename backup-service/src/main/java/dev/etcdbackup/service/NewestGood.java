package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The newest backup of a project that verified, and the newer ones that did not.
 *
 * <p>Immutable and thread-safe.
 *
 * @param backup the backup; empty when no backup is good
 * @param passedOver the newer ones in the order they were read
 */
public record NewestGood(Optional<Backup> backup, List<PassedOver> passedOver) {
  /**
   * A backup that cannot be used.
   *
   * @param backup the backup
   * @param problems what is wrong with it, one line each, at least one
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
