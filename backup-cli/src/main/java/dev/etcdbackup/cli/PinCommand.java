package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pin}. */
@Command(
    name = "pin",
    description =
        "Keeps a backup from being pruned by any policy, in place of an earlier pin. The pin is"
            + " stored beside the backup, below PROJECT/.etcd-backup/.")
final class PinCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY", description = "The backup.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private BackupKey key;

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "The reason, one line, shown by prune, list and coverage.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String reason;

  @Option(
      names = "--until",
      paramLabel = "INSTANT",
      description = "When the pin ends, 2027-01-01T00:00:00Z. Default: with 'unpin'.")
  private @Nullable Instant until;

  PinCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      root.service(open.store()).notes().pin(key, reason, Optional.ofNullable(until));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
    root.output().done("pinned", key);
    return ExitCode.DONE;
  }
}
