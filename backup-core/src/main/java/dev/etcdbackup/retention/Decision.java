package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.util.Objects;

/**
 * The decision to keep or to delete one backup, and its reason.
 *
 * <p>Immutable and thread-safe.
 *
 * @param backup the backup
 * @param keep whether the backup is kept
 * @param reason the reason in one short line, for example {@code daily 2020-02-03} or {@code no
 *     rule keeps it}
 */
public record Decision(Backup backup, boolean keep, String reason) {
  /** Checks the values. */
  public Decision {
    Objects.requireNonNull(backup, "backup");
    Objects.requireNonNull(reason, "reason");
  }
}
