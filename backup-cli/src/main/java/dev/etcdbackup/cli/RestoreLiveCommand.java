package dev.etcdbackup.cli;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.LiveDiff;
import dev.etcdbackup.etcd.LiveRestore;
import dev.etcdbackup.etcd.LiveRestoreReport;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import dev.etcdbackup.snapshot.VerifyReport;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code restore-live}. */
@Command(
    name = "restore-live",
    description =
        "Writes the keys of a snapshot, with their values and leases, into a running cluster, in"
            + " addition to its own keys. Can be run again after a failure. Does not restore"
            + " revisions, history, users and passwords; 'restore' does.")
final class RestoreLiveCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Option(
      names = "--prefix",
      paramLabel = "P",
      description =
          "Restore only keys that start with P. A byte that is not UTF-8 is written \\xNN."
              + " Default: all.")
  private String prefix = "";

  @Option(
      names = "--rev",
      converter = Converters.StateAt.class,
      paramLabel = "R",
      description = "Restore the keys as of revision R. Default: the last.")
  private Revision revision = Revision.LATEST;

  @Option(
      names = "--mode",
      paramLabel = "create|overwrite",
      description =
          "Whether existing keys that differ are kept (create) or overwritten. Default: create.")
  private LiveRestore.Mode mode = LiveRestore.Mode.CREATE;

  @Option(
      names = "--max-txn-ops",
      converter = Converters.Count.class,
      paramLabel = "N",
      description = "The value of etcd's --max-txn-ops. Default: 128, as in etcd.")
  private int maxTxnOps = 128;

  @Option(
      names = "--max-request-bytes",
      converter = Converters.Count.class,
      paramLabel = "N",
      description =
          "How many bytes of keys and values go into one request, 1024 or more; less than etcd's"
              + " --max-request-bytes. Default: 1048576.")
  private int maxRequestBytes = 1 << 20;

  @Option(names = "--dry-run", description = "Count what would be written, and write nothing.")
  private boolean dryRun;

  RestoreLiveCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, IOException {
    LiveRestore restore = restore();
    KeyRange range = KeyRange.prefix(BytesText.unescaped(prefix));
    return new OperandReader(root)
        .whole(
            operand,
            (snapshot, way) -> {
              print(run(restore, snapshot, range));
              if (dryRun && !root.output().isJson()) {
                printChanges(snapshot, range);
              }
              return ExitCode.DONE;
            });
  }

  private LiveRestore restore() throws UsageException, SourceException {
    List<URI> endpoints = root.etcd.required();
    try {
      return LiveRestore.builder(root.etcd.connection(endpoints))
          .mode(mode)
          .maxTxnOps(maxTxnOps)
          .maxRequestBytes(maxRequestBytes)
          .build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private LiveRestoreReport run(LiveRestore restore, EtcdSnapshot snapshot, KeyRange range)
      throws UsageException, IOException {
    VerifyReport verified = snapshot.verify();
    if (!verified.ok()) {
      throw new CorruptBackupException(
          "the snapshot is corrupt, nothing was restored: " + verified.problems().get(0));
    }
    try {
      return dryRun
          ? restore.dryRun(snapshot, range, revision)
          : restore.restore(snapshot, range, revision);
    } catch (RevisionNotRetainedException e) {
      throw new UsageException("--rev: " + e.getMessage());
    }
  }

  /** What is in the cluster now and was not when the snapshot was taken, as {@code diff} counts. */
  private void printChanges(EtcdSnapshot snapshot, KeyRange range)
      throws UsageException, IOException {
    EtcdConnection cluster = root.etcd.connection(root.etcd.required());
    DiffStat changes = new DiffStat();
    try (LiveDiff differences =
        LiveDiff.of(snapshot, range, revision, cluster, DiffCommand.ANSWER)) {
      while (differences.next()) {
        changes.add(differences.key(), differences.change());
      }
    }
    root.output().line("changed in the cluster since the snapshot:");
    changes.lines().forEach(line -> root.output().line("  " + line));
  }

  private void print(LiveRestoreReport report) {
    Output output = root.output();
    if (output.isJson()) {
      output.json(report);
      return;
    }
    if (report.dryRun()) {
      output.line("dry run: nothing was written");
    }
    output.line("revision: " + report.revision());
    output.line("created: " + report.created());
    output.line("overwritten: " + report.overwritten());
    output.line("unchanged: " + report.unchanged());
    output.line("kept as they are: " + report.kept());
    output.line("leases granted: " + report.leases() + ", existing: " + report.leasesThere());
    report.lost().forEach(line -> output.line("not restored: " + line));
  }
}
