package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.service.ScrubReport.Checked;
import dev.etcdbackup.service.ScrubReport.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Verifies the backups of a listing one after another, and continues after bad ones. */
final class Scrub {
  private final ScrubRequest request;
  private final BackupEncodings encodings;
  private final Check check;

  /** Verifies one backup. */
  interface Check {
    Verification verify(Backup backup) throws BackupException;
  }

  Scrub(ScrubRequest request, BackupEncodings encodings, Check check) {
    this.request = request;
    this.encodings = encodings;
    this.check = check;
  }

  ScrubReport run(List<Backup> listing, Instant now) throws BackupException {
    List<Backup> selected =
        listing.stream().filter(one -> request.share().contains(one.key(), now)).toList();
    long total = selected.stream().mapToLong(one -> one.stored().size()).sum();
    long done = 0;
    int unreadableInARow = 0;
    List<Checked> checked = new ArrayList<>();
    request.progress().moved(0, total);
    for (Backup backup : selected) {
      Checked one = check(backup);
      checked.add(one);
      request.listener().accept(one);
      done += backup.stored().size();
      request.progress().moved(done, total);
      unreadableInARow = one.result() == Result.UNREADABLE ? unreadableInARow + 1 : 0;
      if (unreadableInARow == request.maxUnreadable()) {
        break;
      }
    }
    return new ScrubReport(checked, selected.size() - checked.size());
  }

  private Checked check(Backup backup) throws BackupException {
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return new Checked(backup, Result.SKIPPED, List.of(missing.get()));
    }
    try {
      List<String> problems = check.verify(backup).problems();
      return new Checked(backup, problems.isEmpty() ? Result.GOOD : Result.BAD, problems);
    } catch (BackupNotFoundException e) {
      return new Checked(backup, Result.SKIPPED, List.of("it was deleted meanwhile"));
    } catch (KeyUnavailableException e) {
      return new Checked(backup, Result.SKIPPED, List.of(String.valueOf(e.getMessage())));
    } catch (StoreException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return new Checked(backup, Result.UNREADABLE, List.of(String.valueOf(e.getMessage())));
    }
  }
}
