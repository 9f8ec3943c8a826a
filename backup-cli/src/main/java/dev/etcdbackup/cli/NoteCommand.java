package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code note}. */
@Command(
    name = "note",
    description = "Stores a note of one line beside a backup, in place of an earlier one.")
final class NoteCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(index = "0", paramLabel = "KEY", description = "The backup.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private BackupKey key;

  @Parameters(index = "1", paramLabel = "TEXT", description = "The note, shown by list.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String text;

  NoteCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      root.service(open.store()).notes().note(key, text);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    root.output().done("noted", key);
    return ExitCode.DONE;
  }
}
