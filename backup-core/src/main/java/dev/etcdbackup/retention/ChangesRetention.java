package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.name.BackupKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which recorded changes of one project are kept: those that lead from a kept backup to a later
 * state. Changes older than the oldest kept backup lead nowhere, except the last of them, which may
 * end with that backup's own revision and then joins it to what follows. Backups and changes may
 * have been dated by clocks that differ, or by one that was set back: changes of up to an hour
 * before that backup lead from it, too, when their revisions are not before its own.
 */
final class ChangesRetention {
  private static final Duration CLOCK_SKEW = Duration.ofHours(1); // as for what is dated ahead

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
    Optional<Backup> base =
        kept.stream()
            .filter(one -> one.kind().hasSeries() && !one.isDatedAhead(now))
            .min(Backup.OLDEST_FIRST);
    Optional<Instant> oldest = base.flatMap(Backup::time);
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
        if (isOfRevisionsAfter(base.get(), one)) {
          reasons.put(one, "changes after a backup that is kept, by their revisions");
        }
      } else {
        reasons.put(one, "changes after a backup that is kept");
      }
    }
    if (!before.isEmpty()) {
      String last = before.get(before.size() - 1).name().base();
      before.stream()
          .filter(one -> one.name().base().equals(last))
          .forEach(one -> reasons.put(one, "changes that lead to the oldest backup that is kept"));
    }
    return reasons;
  }

  /** Whether changes that are dated before a backup may be of revisions after it all the same. */
  private static boolean isOfRevisionsAfter(Backup base, Backup changes) {
    OptionalLong from = base.name().revision(); // a lower bound of that of the backup
    return from.isPresent()
        && changes.name().revision().orElseThrow() >= from.getAsLong()
        && !changes.time().orElseThrow().isBefore(base.time().orElseThrow().minus(CLOCK_SKEW));
  }
}
