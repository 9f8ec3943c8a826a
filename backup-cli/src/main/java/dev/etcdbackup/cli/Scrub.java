package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.changes.ChangesVerifier;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.service.ScrubReport;
import dev.etcdbackup.service.ScrubReport.Checked;
import dev.etcdbackup.service.ScrubReport.Result;
import dev.etcdbackup.service.ScrubRequest;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import dev.etcdbackup.snapshot.VerifyOptions;
import java.util.List;

/** {@code verify --all}: scrubs a store and prints each result. */
final class Scrub {
  private static final int PROBLEMS_SHOWN = 20;
  private static final int UNREAD_IN_A_ROW = 3;
  private static final String UNREAD = " could not be read";

  private final EtcdBackupCommand root;
  private final VerifyOptions options;
  private final int days;

  Scrub(EtcdBackupCommand root, VerifyOptions options, int days) {
    this.root = root;
    this.options = options;
    this.days = days;
  }

  /** A backup and its problems, as {@code -o json} shows it. */
  record VerifiedJson(String key, String outcome, List<String> problems) {}

  /** Verifies all backups of a project or of the store, and prints them. */
  int run(String project) throws UsageException, BackupException {
    Output.Rows rows = root.output().rows();
    try (StoreOptions.OpenStore open = root.store.open(root.store.required());
        ProgressLine progress = root.progress("verify")) {
      ScrubRequest request =
          ScrubRequest.builder(project)
              .spreadOver(days)
              .maxUnreadableInARow(UNREAD_IN_A_ROW)
              .verifier(
                  new ChangesVerifier(
                      root.encoding.reading(),
                      new SnapshotBackupVerifier(
                              root.encoding.reading(), OperandReader.temporaryDirectory(), options)
                          .withUnpacking(root.encoding.unpacking())))
              .progress(progress)
              .onChecked(one -> print(one, rows))
              .build();
      ScrubReport report = root.service(open.store()).scrub(request);
      rows.end();
      if (report.checked().isEmpty() && report.remaining() == 0) {
        root.failures().report(nothing(project), ExitCode.DONE);
      }
      return verdict(report);
    }
  }

  /** A project may be misspelled, or have no backup yet; the job of a first day must not fail. */
  private String nothing(String project) {
    String of = project.isEmpty() ? "" : " of " + project;
    return days > 1
        ? "there is no backup" + of + " to verify in today's sample"
        : "there is no backup" + of + " to verify";
  }

  private void print(Checked one, Output.Rows rows) {
    List<String> problems = one.problems();
    List<String> shown =
        problems.size() <= PROBLEMS_SHOWN ? problems : problems.subList(0, PROBLEMS_SHOWN);
    String key = one.backup().key().toString();
    if (root.output().isJson()) {
      rows.json(new VerifiedJson(key, text(one.result()), shown));
    } else {
      root.output().line(text(one.result()) + " " + key + summary(shown));
    }
  }

  private static String text(Result result) {
    return switch (result) {
      case GOOD -> "ok";
      case BAD -> "bad";
      case SKIPPED -> "skipped";
      case UNREADABLE -> "unread";
    };
  }

  /** The first problem, and whether there are more. */
  static String summary(List<String> problems) {
    if (problems.isEmpty()) {
      return "";
    }
    return ": " + problems.get(0) + (problems.size() > 1 ? ", and more" : "");
  }

  private int verdict(ScrubReport report) {
    int bad = report.count(Result.BAD);
    int unread = report.count(Result.UNREADABLE);
    String of = " of " + Counted.of(report.checked().size(), "backup");
    if (bad > 0) {
      String found = bad + of + " are bad" + (unread > 0 ? ", " + unread + UNREAD : "");
      return root.failures().report(found + remaining(report), ExitCode.CORRUPT);
    }
    return unread > 0
        ? root.failures().report(unread + of + UNREAD + remaining(report), ExitCode.STORE_FAILED)
        : ExitCode.DONE;
  }

  private static String remaining(ScrubReport report) {
    return report.remaining() > 0
        ? "; gave up after "
            + UNREAD_IN_A_ROW
            + " in a row, "
            + report.remaining()
            + " not looked at"
        : "";
  }
}
