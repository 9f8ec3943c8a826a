package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code list}. */
@Command(
    name = "list",
    description = "Lists the keys of a project's backups, or of all, in the order of the keys.")
final class ListCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      arity = "0..1",
      defaultValue = "",
      converter = Converters.ProjectOrAll.class,
      paramLabel = "PROJECT",
      description = "The project; none or \"\" for all.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  ListCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      List<Backup> backups = root.service(open.store()).list(project);
      Output output = root.output();
      if (output.isJson()) {
        output.json(backups.stream().map(BackupJson::of).toList());
      } else {
        backups.forEach(backup -> output.line(backup.key().toString()));
      }
    }
    return ExitCode.DONE;
  }
}
