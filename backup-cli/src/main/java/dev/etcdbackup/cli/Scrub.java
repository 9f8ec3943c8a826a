package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.VerifyRequest;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import dev.etcdbackup.snapshot.VerifyOptions;
import java.util.List;

/** Verifies the backups of a store one after the other: {@code verify --all}. */
final class Scrub {
  private static final int PROBLEMS_SHOWN = 20;
  private static final int UNREAD_IN_A_ROW = 3;
  private static final String UNREAD = " could not be read";

  private final EtcdBackupCommand root;
  private final VerifyOptions options;
  private final DailySample share;
  private int looked;
  private int bad;
  private int unread;
  private int unreadInARow;

  Scrub(EtcdBackupCommand root, VerifyOptions options, DailySample share) {
    this.root = root;
    this.options = options;
    this.share = share;
  }

  /** The result for one backup. */
  enum Outcome {
    OK("ok"),
    BAD("bad"),
    /** Encrypted, or deleted meanwhile. */
    SKIPPED("skipped"),
    /** The store failed. */
    UNREAD("unread");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }
  }

  /** A backup and its problems, as {@code -o json} shows it. */
  record VerifiedJson(String key, String outcome, List<String> problems) {}

  /**
   * Verifies all backups of a project or of the store, and goes on after bad ones. Stops only when
   * the store fails three times in a row.
   */
  int run(String project) throws UsageException, BackupException {
    int all;
    try (StoreOptions.OpenStore open = root.store.open(root.store.required(), false);
        ProgressLine progress = ProgressLine.on(root.errors(), "verify")) {
      BackupVerifier verifier =
          new SnapshotBackupVerifier(
              EtcdBackupCommand.ENCODINGS, OperandReader.temporaryDirectory(), options);
      BackupService service = root.service(open.store());
      List<Backup> backups =
          service.list(project).stream()
              .filter(one -> share.holds(one.key(), root.clock().instant()))
              .toList();
      all = backups.size();
      lookAt(backups, service, verifier, progress);
    }
    return verdict(all);
  }

  private void lookAt(
      List<Backup> backups, BackupService service, BackupVerifier verifier, ProgressLine progress)
      throws BackupException {
    long total = backups.stream().mapToLong(one -> one.stored().size()).sum();
    long done = 0;
    Output output = root.output();
    Output.Rows rows = output.rows();
    for (Backup backup : backups) {
      progress.moved(done, total);
      VerifiedJson row = lookAt(backup, service, verifier);
      done += backup.stored().size();
      progress.wipe();
      if (output.isJson()) {
        rows.json(row);
      } else {
        output.line(row.outcome() + " " + row.key() + summary(row.problems()));
      }
      if (unreadInARow == UNREAD_IN_A_ROW) {
        break;
      }
    }
    rows.end();
  }

  private VerifiedJson lookAt(Backup backup, BackupService service, BackupVerifier verifier)
      throws BackupException {
    looked++;
    if (backup.name().isEncrypted()) {
      return row(backup, Outcome.SKIPPED, List.of("it is encrypted"));
    }
    try {
      List<String> problems =
          service.verify(VerifyRequest.builder(backup).verifier(verifier).build()).problems();
      bad += problems.isEmpty() ? 0 : 1;
      unreadInARow = 0;
      return row(backup, problems.isEmpty() ? Outcome.OK : Outcome.BAD, problems);
    } catch (BackupNotFoundException e) {
      return row(backup, Outcome.SKIPPED, List.of("it was deleted meanwhile"));
    } catch (StoreException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      unread++;
      unreadInARow++;
      return row(backup, Outcome.UNREAD, List.of(String.valueOf(e.getMessage())));
    }
  }

  private static VerifiedJson row(Backup backup, Outcome outcome, List<String> problems) {
    List<String> first =
        problems.size() <= PROBLEMS_SHOWN ? problems : problems.subList(0, PROBLEMS_SHOWN);
    return new VerifiedJson(backup.key().toString(), outcome.text, first);
  }

  /** The first problem, and whether there are more. */
  static String summary(List<String> problems) {
    if (problems.isEmpty()) {
      return "";
    }
    return ": " + problems.get(0) + (problems.size() > 1 ? ", and more" : "");
  }

  private int verdict(int all) {
    if (bad > 0) {
      String found = count(bad) + " are bad" + (unread > 0 ? ", " + unread + UNREAD : "");
      return root.failures().report(found + givenUp(all), ExitCode.CORRUPT);
    }
    return unread > 0
        ? root.failures().report(count(unread) + UNREAD + givenUp(all), ExitCode.STORE_FAILED)
        : ExitCode.DONE;
  }

  private String givenUp(int all) {
    return looked < all
        ? "; gave up after " + UNREAD_IN_A_ROW + " in a row, " + (all - looked) + " not looked at"
        : "";
  }

  private String count(int some) {
    return some + " of " + looked + " backups";
  }
}
