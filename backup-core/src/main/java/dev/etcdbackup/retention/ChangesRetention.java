package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.name.BackupKind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which recorded changes of one project are kept: those that lead from a kept backup to a later
 * state. Changes older than the oldest kept backup lead nowhere, except the last of them, which may
 * end with that backup's own revision and then joins it to what follows.
 */
final class ChangesRetention {
  private ChangesRetention() {}

  /**
   * Returns the reasons to keep changes.
   *
   * @param changes the changes of one project, in any order
   * @param kept the periodic backups and tarballs of the project that are kept
   * @return the changes that are kept, with the reason
   */
  static Map<Backup, String> keep(List<Backup> changes, Collection<Backup> kept, Instant now) {
    Map<Backup, String> reasons = new HashMap<>();
    Optional<Instant> oldest =
        kept.stream()
            .filter(one -> one.kind().hasSeries() && !one.isDatedAhead(now))
            .map(one -> one.time().orElseThrow())
            .min(Instant::compareTo);
    List<Backup> before = new ArrayList<>();
    for (Backup one : changes.stream().sorted(Backup.OLDEST_FIRST).toList()) {
      if (one.kind() != BackupKind.CHANGES) {
        throw new IllegalArgumentException("changes must be of that kind, not " + one.key());
      }
      if (one.isDatedAhead(now)) {
        reasons.put(one, "dated in the future");
      } else if (oldest.isEmpty()) {
        reasons.put(one, "there is no backup to tell whether they are needed");
      } else if (one.time().orElseThrow().isBefore(oldest.get())) {
        before.add(one);
      } else {
        reasons.put(one, "changes after a backup that is kept");
      }
    }
    if (!before.isEmpty()) {
      String base = before.get(before.size() - 1).name().base();
      before.stream()
          .filter(one -> one.name().base().equals(base))
          .forEach(one -> reasons.put(one, "changes that lead to the oldest backup that is kept"));
    }
    return reasons;
  }
}
