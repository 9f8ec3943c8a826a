package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.service.BackupNote;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code unpin}. */
@Command(name = "unpin", description = "Removes the pin of a backup; ends with 1 when it has none.")
final class UnpinCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY", description = "The backup.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private BackupKey key;

  UnpinCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      if (!root.service(open.store()).notes().remove(key, BackupNote.Kind.PIN)) {
        return root.failures().report(key + " is not pinned", ExitCode.NO);
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    root.output().done("unpinned", key);
    return ExitCode.DONE;
  }
}
