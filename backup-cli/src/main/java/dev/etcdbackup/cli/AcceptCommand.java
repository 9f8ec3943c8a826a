package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.schedule.AnomalyGuard;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code accept}. */
@Command(
    name = "accept",
    description =
        "Accepts a suspicious backup and everything before it in its series, so that a scheduler"
            + " prunes the series again, from its next run on. The acceptance is stored beside it.")
final class AcceptCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY", description = "The backup, as coverage and the log name it.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private BackupKey key;

  AcceptCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      AnomalyGuard.of(open.store(), root.tarballZone()).accept(key);
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    root.output().done("accepted", key);
    return ExitCode.DONE;
  }
}
