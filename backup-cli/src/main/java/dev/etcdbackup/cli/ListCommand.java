package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.catalogue.Catalogue;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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

  @Option(
      names = {"-l", "--long"},
      description =
          "A table: the format of the name, when the backup was taken, whether its name or the store"
              + " says so, its encodings, its size, its key.")
  private boolean isLong;

  ListCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      List<Backup> backups = root.service(open.store()).list(project);
      Output output = root.output();
      Catalogue catalogue = root.catalogue();
      if (output.isJson()) {
        output.json(backups.stream().map(one -> BackupJson.of(one, catalogue)).toList());
      } else if (isLong) {
        table(backups.stream().map(one -> BackupJson.of(one, catalogue)).toList(), output);
      } else {
        backups.forEach(backup -> output.line(backup.key().toString()));
      }
    }
    return ExitCode.DONE;
  }

  private static void table(List<BackupJson> backups, Output output) {
    TextTable table = new TextTable("FORMAT", "TIME", "SOURCE", "ENCODING", "SIZE", "KEY");
    for (BackupJson one : backups) {
      boolean isWhole = one.role() == null || one.role().equals("snapshot");
      table.add(
          one.kind() + (isWhole ? "" : " " + one.role()),
          one.shownTime(),
          one.shownTimeSource(),
          one.encoding().isEmpty() ? "-" : String.join("+", one.encoding()),
          Long.toString(one.size()),
          one.key());
    }
    table.lines().forEach(output::line);
  }
}
