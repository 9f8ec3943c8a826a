package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.IncompleteListingException;
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
          "Print a table: the format of the name, the time of the backup and whether it"
              + " comes from the name or the store, encodings, size, key, and its pins, notes and"
              + " marks.")
  private boolean isLong;

  ListCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    List<IncompleteListingException> incomplete = new ArrayList<>();
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      BackupService service = root.service(open.store());
      List<Backup> backups = service.listReadable(project, incomplete::add);
      Output output = root.output();
      Catalogue catalogue = root.catalogue();
      if (output.isJson() || isLong) {
        Map<BackupKey, List<BackupNote>> notes = notes(service, backups);
        List<BackupJson> rows = new ArrayList<>();
        for (Backup one : backups) {
          rows.add(BackupJson.of(one, catalogue, notes.getOrDefault(one.key(), List.of())));
        }
        if (output.isJson()) {
          output.json(rows);
        } else {
          table(rows, notes, output);
        }
      } else {
        backups.forEach(backup -> output.line(backup.key().toString()));
      }
    }
    if (!incomplete.isEmpty()) {
      throw incomplete.get(0); // after the rows that are known
    }
    return ExitCode.DONE;
  }

  private static void table(
      List<BackupJson> backups, Map<BackupKey, List<BackupNote>> notes, Output output) {
    boolean noted = backups.stream().anyMatch(one -> notes.containsKey(BackupKey.parse(one.key())));
    TextTable table =
        noted
            ? new TextTable("FORMAT", "TIME", "SOURCE", "ENCODING", "SIZE", "KEY", "NOTES")
            : new TextTable("FORMAT", "TIME", "SOURCE", "ENCODING", "SIZE", "KEY");
    for (BackupJson one : backups) {
      boolean isWhole = one.role() == null || one.role().equals("snapshot");
      List<String> cells =
          new ArrayList<>(
              List.of(
                  one.kind() + (isWhole ? "" : " " + one.role()),
                  one.shownTime(),
                  one.shownTimeSource(),
                  one.encoding().isEmpty() ? "-" : String.join("+", one.encoding()),
                  Long.toString(one.size()),
                  one.key()));
      if (noted) {
        cells.add(
            notes.getOrDefault(BackupKey.parse(one.key()), List.of()).stream()
                .map(BackupNote::toString)
                .collect(Collectors.joining("; ")));
      }
      table.add(cells.toArray(String[]::new));
    }
    table.lines().forEach(output::line);
  }

  /** The notes of all projects: one listing more for each of them. */
  private static Map<BackupKey, List<BackupNote>> notes(BackupService service, List<Backup> of)
      throws BackupException {
    Map<BackupKey, List<BackupNote>> notes = new HashMap<>();
    for (String project : of.stream().map(one -> one.key().project()).distinct().toList()) {
      notes.putAll(notes(service, project));
    }
    return notes;
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
