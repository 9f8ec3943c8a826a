package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.service.BackupService;
import java.util.List;

/** Verifies the backups of a store one after the other: {@code verify --all}. */
final class Scrub {
  private static final int PROBLEMS_SHOWN = 20;

  private final EtcdBackup root;
  private final Share share;
  private int bad;
  private int unread;

  Scrub(EtcdBackup root, Share share) {
    this.root = root;
    this.share = share;
  }

  /** What became of a backup. */
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

  /** A backup and what was found, as {@code -o json} shows it. */
  record LookedAtJson(String key, String outcome, List<String> problems) {}

  /** Looks at all of a project or of the store, whatever is found on the way. */
  int run(String project) throws UsageException, BackupException {
    int looked;
    try (StoreOptions.OpenStore open = root.store.open(root.store.required(), false);
        ProgressLine progress = ProgressLine.on(root.errors(), "verify")) {
      BackupService service = root.service(open.store());
      List<Backup> backups =
          service.list(project).stream()
              .filter(one -> share.holds(one.key(), root.clock().instant()))
              .toList();
      looked = backups.size();
      lookAt(backups, service, progress);
    }
    return verdict(looked);
  }

  private void lookAt(List<Backup> backups, BackupService service, ProgressLine progress)
      throws BackupException {
    long total = backups.stream().mapToLong(one -> one.stored().size()).sum();
    long done = 0;
    Output output = root.output();
    Output.Rows rows = output.rows();
    for (Backup backup : backups) {
      progress.moved(done, total);
      LookedAtJson row = lookAt(backup, service);
      done += backup.stored().size();
      progress.wipe();
      if (output.isJson()) {
        rows.json(row);
      } else {
        output.line(row.outcome() + " " + row.key() + summary(row.problems()));
      }
    }
    rows.end();
  }

  private LookedAtJson lookAt(Backup backup, BackupService service) throws BackupException {
    if (backup.name().isEncrypted()) {
      return row(backup, Outcome.SKIPPED, List.of("it is encrypted"));
    }
    try {
      List<String> problems = service.verify(backup).problems();
      bad += problems.isEmpty() ? 0 : 1;
      return row(backup, problems.isEmpty() ? Outcome.OK : Outcome.BAD, problems);
    } catch (BackupNotFoundException e) {
      return row(backup, Outcome.SKIPPED, List.of("it was deleted meanwhile"));
    } catch (StoreException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw e;
      }
      unread++;
      return row(backup, Outcome.UNREAD, List.of(String.valueOf(e.getMessage())));
    }
  }

  private static LookedAtJson row(Backup backup, Outcome outcome, List<String> problems) {
    List<String> first =
        problems.size() <= PROBLEMS_SHOWN ? problems : problems.subList(0, PROBLEMS_SHOWN);
    return new LookedAtJson(backup.key().toString(), outcome.text, first);
  }

  /** The first problem, and whether there are more. */
  static String summary(List<String> problems) {
    if (problems.isEmpty()) {
      return "";
    }
    return ": " + problems.get(0) + (problems.size() > 1 ? ", and more" : "");
  }

  private int verdict(int looked) {
    if (bad > 0) {
      return root.failures()
          .report(count(bad, looked) + " are bad" + unreadToo(), ExitCode.CORRUPT);
    }
    return unread > 0
        ? root.failures()
            .report(count(unread, looked) + " could not be read", ExitCode.STORE_FAILED)
        : ExitCode.DONE;
  }

  private String unreadToo() {
    return unread > 0 ? ", " + unread + " could not be read" : "";
  }

  private static String count(int some, int all) {
    return some + " of " + all + " backups";
  }
}
