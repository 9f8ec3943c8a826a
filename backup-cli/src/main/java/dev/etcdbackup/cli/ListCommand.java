package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
      BackupService service = root.service(open.store());
      List<Backup> backups = service.list(project);
      Output output = root.output();
      Catalogue catalogue = root.catalogue();
      if (output.isJson()) {
        output.json(json(service, backups, catalogue));
      } else if (isLong) {
        table(
            backups.stream().map(one -> BackupJson.of(one, catalogue, List.of())).toList(), output);
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

  /** The backups with their notes, which only JSON shows: one listing more for each project. */
  private static List<BackupJson> json(
      BackupService service, List<Backup> backups, Catalogue catalogue) throws BackupException {
    Map<String, Map<BackupKey, List<BackupNote>>> notes = new HashMap<>();
    List<BackupJson> rows = new ArrayList<>();
    for (Backup backup : backups) {
      String of = backup.key().project();
      Map<BackupKey, List<BackupNote>> known = notes.get(of);
      if (known == null) {
        known = notes(service, of);
        notes.put(of, known);
      }
      rows.add(BackupJson.of(backup, catalogue, known.getOrDefault(backup.key(), List.of())));
    }
    return rows;
  }

  private static Map<BackupKey, List<BackupNote>> notes(BackupService service, String project)
      throws BackupException {
    if (!isProject(project)) {
      return Map.of();
    }
    return service.notes().list(project).stream().collect(Collectors.groupingBy(BackupNote::key));
  }

  /** An object at the root of the store has no project, and other programs name theirs freely. */
  private static boolean isProject(String text) {
    try {
      return !BackupKey.requireProject(text).isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
