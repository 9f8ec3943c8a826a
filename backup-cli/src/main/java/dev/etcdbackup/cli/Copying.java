package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.cli.config.EncodingConfig;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.service.BackupCopier;
import dev.etcdbackup.service.BackupCopierBuilder;
import dev.etcdbackup.service.CopyReport;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import java.util.List;
import java.util.Optional;

/** {@code copy} and {@code mirror}: copies backups to another store and prints each result. */
final class Copying {
  private final EtcdBackupCommand root;
  private final TargetOptions target;

  Copying(EtcdBackupCommand root, TargetOptions target) {
    this.root = root;
    this.target = target;
  }

  /** A backup and what became of it, as {@code -o json} shows it. */
  record CopiedJson(String key, String outcome, long size, boolean verified, String detail) {}

  /** What is done with the two stores. */
  interface Work {
    List<CopyReport> run(BackupCopier copier, BackupStore from) throws BackupException;
  }

  int run(Work work) throws UsageException, BackupException {
    int parallelism = target.parallelism();
    Optional<EncodingConfig> encoding = target.encoding();
    BackupEncodings reading = root.encoding.reading();
    Output.Rows rows = root.output().rows();
    try (StoreOptions.OpenStore from = root.store.open(root.store.required());
        StoreOptions.OpenStore to = target.open(root.store)) {
      BackupCopierBuilder copier =
          BackupCopier.builder(from.store(), to.store())
              .encodings(reading)
              .parallelism(parallelism)
              .timeout(root.timeout())
              .clock(root.clock())
              .tarballZone(root.tarballZone())
              .onCopied(one -> print(one, rows));
      if (encoding.isPresent()) {
        copier.encodeAs(EncodingOptions.writing(encoding.get()), encoding.get().suffixes());
      }
      if (target.serverSide) {
        if (encoding.isPresent()) {
          throw new UsageException("--server-side excludes --encode and --encrypt-to");
        }
        copier.serverSide(to.serverSideCopyFrom(from, "--server-side"));
      }
      List<CopyReport> reports = work.run(copier.build(), from.store());
      rows.end();
      return verdict(reports);
    }
  }

  private synchronized void print(Copied one, Output.Rows rows) {
    String outcome = text(one.outcome());
    if (root.output().isJson()) {
      rows.json(
          new CopiedJson(one.key().toString(), outcome, one.size(), one.verified(), one.detail()));
    } else {
      root.output().line(outcome + " " + one.key() + detail(one));
    }
  }

  private static String detail(Copied one) {
    if (one.detail().isEmpty()) {
      return "";
    }
    return one.outcome() == Outcome.COPIED
        ? " (not verified: " + one.detail() + ")"
        : ": " + one.detail();
  }

  private static String text(Outcome outcome) {
    return switch (outcome) {
      case COPIED -> "copied";
      case PRESENT -> "present";
      case REFUSED -> "refused";
      case CORRUPT -> "bad";
      case FAILED -> "failed";
      case NOT_TRIED -> "not-tried";
    };
  }

  private int verdict(List<CopyReport> reports) {
    int code = ExitCode.DONE;
    int missing = 0;
    int all = 0;
    for (CopyReport report : reports) {
      int present = report.count(Outcome.COPIED) + report.count(Outcome.PRESENT);
      all += report.copies().size();
      missing += report.copies().size() - present;
      if (report.count(Outcome.CORRUPT) > 0) {
        code = ExitCode.CORRUPT;
      } else if (!report.ok() && code == ExitCode.DONE) {
        code = ExitCode.STORE_FAILED;
      }
      code = Math.max(code, pruned(report));
    }
    return missing == 0
        ? code
        : root.failures()
            .report(
                missing
                    + " of "
                    + Counted.of(all, "backup")
                    + (missing == 1 ? " was" : " were")
                    + " not copied",
                code);
  }

  private int pruned(CopyReport report) {
    if (report.pruned().isEmpty()) {
      return ExitCode.DONE;
    }
    if (!root.output().isJson()) {
      report.pruned().get().plan().decisions().stream()
          .filter(one -> report.pruned().get().deleted().contains(one.backup().key()))
          .forEach(one -> root.output().line("delete " + one.backup().key() + " " + one.reason()));
    }
    report
        .pruned()
        .get()
        .refused()
        .forEach((key, why) -> root.failures().report(key + " was not deleted: " + why, 0));
    return report.pruned().get().refused().isEmpty() ? ExitCode.DONE : ExitCode.STORE_FAILED;
  }
}
