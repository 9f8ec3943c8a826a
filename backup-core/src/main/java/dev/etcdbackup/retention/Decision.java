package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.util.Objects;

/**
 * What is to become of one backup, and why.
 *
 * <p>Immutable and thread-safe.
 *
 * @param backup the backup
 * @param keep whether it stays
 * @param reason why, in one short line: {@code daily 2020-02-03}, {@code no rule keeps it}
 */
public record Decision(Backup backup, boolean keep, String reason) {
  /** Checks the values. */
  public Decision {
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(reason, "reason");
  }
}
