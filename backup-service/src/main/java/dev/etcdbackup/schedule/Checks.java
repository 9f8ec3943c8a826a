package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.service.BackupNote;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Makes the checks of a cluster that are due after a backup, and reports when the last were. */
final class Checks {
  private static final Duration LONGEST_SLACK = Duration.ofHours(1);
  private static final Duration AHEAD = Duration.ofHours(1); // as of names dated in the future

  private final SchedulerContext with;
  private final ScheduledCluster cluster;

  Checks(SchedulerContext with, ScheduledCluster cluster) {
    this.with = with;
    this.cluster = cluster;
  }

  /** Makes the checks that are due. A failure of one is reported and does not prevent the next. */
  void run(Backup newest) throws BackupException {
    if (cluster.checks().isEmpty()) {
      return;
    }
    List<BackupNote> notes = with.service().notes().list(cluster.project());
    for (ScheduledCheck each : cluster.checks()) {
      if (isDue(each, notes)) {
        try {
          run(each, newest);
        } catch (IOException | RuntimeException e) {
          with.listeners().checkFailed(cluster.project(), each.kind(), e);
          if (Thread.currentThread().isInterrupted()) {
            return;
          }
        }
      }
    }
  }

  /**
   * Whether the last success is old enough; early by a tenth, so that no backup just misses it. One
   * that is dated ahead, which a wrong clock causes, does not count: it would for years.
   */
  private boolean isDue(ScheduledCheck check, List<BackupNote> notes) {
    Duration tenth = check.every().dividedBy(10);
    Duration slack = tenth.compareTo(LONGEST_SLACK) < 0 ? tenth : LONGEST_SLACK;
    Instant now = with.clock().instant();
    List<BackupNote> past =
        notes.stream().filter(note -> !note.since().isAfter(now.plus(AHEAD))).toList();
    return last(check.kind(), past)
        .map(note -> !note.since().plus(check.every()).minus(slack).isAfter(now))
        .orElse(true);
  }

  private void run(ScheduledCheck check, Backup newest) throws IOException {
    Instant now = with.clock().instant();
    Duration age = Duration.between(newest.time().orElse(now), now);
    age = age.isNegative() ? Duration.ZERO : age; // the clock was set back since it was taken
    long begun = with.nanoTime().getAsLong();
    Verification found = check.check().check(newest, with.service());
    Duration took = Duration.ofNanos(with.nanoTime().getAsLong() - begun);
    if (found.ok()) {
      if (check.kind() == ScheduledCheck.Kind.DRILL) {
        with.service().notes().markDrilled(newest.key(), took, age);
      } else {
        String how = "verified in " + DurationText.format(took);
        with.service().notes().markVerified(newest.key(), how);
      }
    }
    with.listeners()
        .checked(
            cluster.project(),
            new CheckResult(check.kind(), newest.key(), found.problems(), took, age));
  }

  /** Returns one line for people about the last success of each check; empty without checks. */
  String remark(List<BackupNote> notes, Instant now) {
    List<String> remarks = new ArrayList<>();
    for (ScheduledCheck each : cluster.checks()) {
      remarks.add(
          last(each.kind(), notes)
              .map(note -> "last " + each.kind() + " " + ago(note, now) + " ago: " + note.text())
              .orElse("no successful " + each.kind() + " yet"));
    }
    return String.join("; ", remarks);
  }

  private static String ago(BackupNote note, Instant now) {
    return now.isBefore(note.since())
        ? "0s"
        : DurationText.format(Duration.between(note.since(), now));
  }

  private static Optional<BackupNote> last(ScheduledCheck.Kind kind, List<BackupNote> notes) {
    BackupNote.Kind wanted =
        kind == ScheduledCheck.Kind.DRILL ? BackupNote.Kind.DRILLED : BackupNote.Kind.VERIFIED;
    return notes.stream()
        .filter(one -> one.kind() == wanted)
        .max(Comparator.comparing(BackupNote::since));
  }
}
