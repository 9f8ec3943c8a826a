package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code copy}. */
@Command(
    name = "copy",
    description =
        "Copies backups to another store under the same keys, and verifies them on the"
            + " way. An equal object there is kept; a different one is refused with 4. Ends"
            + " with 5 when a backup does not verify; it is not copied then.")
final class CopyCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(arity = "1..*", paramLabel = "KEY", description = "The backups.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private List<BackupKey> keys;

  @Mixin private final TargetOptions target = new TargetOptions();

  CopyCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    return new Copying(root, target).run((copier, from) -> List.of(copier.copy(keys)));
  }
}
