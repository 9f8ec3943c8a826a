package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupNotes;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mark-bad}. */
@Command(
    name = "mark-bad",
    description =
        "Marks a backup as bad: 'latest --verified', plan and recovery skip it without reading it,"
            + " and it does not count for retention.")
final class MarkBadCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY", description = "The backup.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private BackupKey key;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "The reason, one line. Default: 'found bad by hand'.")
  private String reason = "found bad by hand";

  @Option(names = "--undo", description = "Remove the mark; ends with 1 when there is none.")
  private boolean undo;

  MarkBadCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      BackupNotes notes = root.service(open.store()).notes();
      if (!undo) {
        notes.markBad(key, reason);
      } else if (!notes.remove(key, BackupNote.Kind.BAD)) {
        return root.failures().report(key + " is not marked bad", ExitCode.NO);
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    root.output().done(undo ? "no longer marked bad" : "marked bad", key);
    return ExitCode.DONE;
  }
}
