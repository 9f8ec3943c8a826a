package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.Verification;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.ScrubReport;
import dev.etcdbackup.service.ScrubRequest;
import dev.etcdbackup.service.VerifyRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A check of the newest backup, which a scheduler makes after a backup when the last successful one
 * is long enough ago. A success is recorded beside the backup as a {@link
 * dev.etcdbackup.service.BackupNote}, so it survives restarts, and the newest checked backup of a
 * series is not pruned.
 *
 * <p>Immutable, and as thread-safe as the check.
 *
 * @param kind what is checked
 * @param every how long a success counts, 1 minute to 36,500 days; it is renewed by the first
 *     backup after nine tenths of it, or in the last hour of it when a tenth is more than an hour
 * @param check the check itself
 */
public record ScheduledCheck(Kind kind, Duration every, Check check) {
  /** The kinds of checks. */
  public enum Kind {
    /** The backup is read and verified. */
    VERIFY,
    /** The backup is restored. */
    DRILL;

    /** Returns the kind in lower case. */
    @Override
    public String toString() {
      return this == VERIFY ? "verify" : "drill";
    }
  }

  /** Checks a backup. */
  public interface Check {
    /**
     * Checks a backup, on the thread of the run, with the lock of the project held.
     *
     * @param backup the backup that was just stored
     * @param backups the service of the scheduler, whose store has it
     * @return the problems that were found; none when the backup is good
     * @throws IOException when the backup could not be checked; that is reported like an unchecked
     *     exception, by {@link BackupListener#checkFailed}
     */
    Verification check(Backup backup, BackupService backups) throws IOException;
  }

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the duration is out of range
   */
  public ScheduledCheck {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(check, "check");
    if (every.compareTo(Duration.ofMinutes(1)) < 0
        || every.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new IllegalArgumentException("every must be 1 minute to 36500 days, not " + every);
    }
  }

  /**
   * Returns a check that verifies the backup.
   *
   * @param every how long a success counts
   * @param verifier what verifies it
   * @return the check
   * @throws IllegalArgumentException when the duration is out of range
   */
  public static ScheduledCheck verify(Duration every, BackupVerifier verifier) {
    Objects.requireNonNull(verifier, "verifier");
    return new ScheduledCheck(
        Kind.VERIFY,
        every,
        (backup, backups) ->
            backups.verify(VerifyRequest.builder(backup).verifier(verifier).build()));
  }

  /**
   * Returns a check that verifies the backup and one part of the other backups of its project, as
   * {@link ScrubRequest.Builder#spreadOver} selects it for the day. With a check a day, every
   * backup is verified once in that many days. A problem of any of them is a problem of the check,
   * and names the backup; those that are marked bad are left out.
   *
   * @param every how long a success counts; each backup has its turn on one day only, so this
   *     should be at most a day
   * @param verifier what verifies them
   * @param days over how many days the other backups are spread, 1 to 999
   * @return the check
   * @throws IllegalArgumentException when a value is out of range
   */
  public static ScheduledCheck verify(Duration every, BackupVerifier verifier, int days) {
    ScheduledCheck newest = verify(every, verifier);
    if (days < 1 || days > 999) {
      throw new IllegalArgumentException("days must be 1 to 999, not " + days);
    }
    return new ScheduledCheck(
        Kind.VERIFY,
        every,
        (backup, backups) -> {
          List<String> problems = new ArrayList<>(newest.check().check(backup, backups).problems());
          ScrubReport others =
              backups.scrub(
                  ScrubRequest.builder(backup.key().project())
                      .spreadOver(days)
                      .verifier(verifier)
                      .build());
          Set<BackupKey> known =
              backups.notes().list(backup.key().project()).stream()
                  .filter(one -> one.kind() == BackupNote.Kind.BAD)
                  .map(BackupNote::key)
                  .collect(Collectors.toSet());
          known.add(backup.key());
          others.checked().stream()
              .filter(one -> one.backup().kind() != BackupKind.OTHER) // need not be a snapshot
              .filter(one -> one.result() != ScrubReport.Result.SKIPPED)
              .filter(one -> !known.contains(one.backup().key()))
              .forEach(
                  one ->
                      one.problems().forEach(it -> problems.add(one.backup().key() + ": " + it)));
          return new Verification(problems);
        });
  }
}
