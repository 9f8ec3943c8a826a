package dev.etcdbackup.restore;

import dev.etcdbackup.Backup;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.Preflight;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * How a point in time is restored: from which backup, with how many changes, up to where. The
 * backup and the changes were read and verified for it; nothing was written.
 *
 * <p>Immutable and thread-safe.
 *
 * @param base the backup
 * @param reached how far it would be restored; nothing is compared with the live cluster yet
 * @param preflight what to know before starting a member from it
 */
public record PointInTimePlan(Backup base, Reached reached, Preflight preflight) {
  /**
   * Makes a plan. Blocks while the backup and the changes are read, as {@link ChangeReplay#verify}
   * says; takes the memory of {@link EtcdSnapshot#verify()} and that of three objects of changes.
   *
   * @param base the backup, as {@link BaseChoice} chooses it
   * @param snapshot what it holds; not closed
   * @param changes the changes after it, up to the point
   * @return the plan
   * @throws CorruptBackupException when the backup is damaged, or the changes do not reach the
   *     wanted point and may not end earlier
   * @throws IllegalArgumentException when the wanted revision is less than that of the backup
   * @throws IOException when something cannot be read
   */
  public static PointInTimePlan of(Backup base, EtcdSnapshot snapshot, ChangeReplay changes)
      throws IOException {
    Objects.requireNonNull(base, "base");
    return new PointInTimePlan(base, changes.verify(snapshot), snapshot.preflight(false));
  }

  /**
   * The plan as text for people.
   *
   * @return the lines, without line breaks
   */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "restore "
            + base.key()
            + " and "
            + Counted.of(reached.events(), "change")
            + " in "
            + Counted.of(reached.objects(), "object"));
    String time = reached.time().map(it -> ", recorded at " + it).orElse("");
    lines.add("it leads to revision " + reached.revision() + time);
    reached.problem().ifPresent(problem -> lines.add("NOT COMPLETE: " + problem));
    return lines;
  }
}
