package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageRow;
import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.coverage.EncryptionCoverage;
import dev.etcdbackup.coverage.KeyUse;
import dev.etcdbackup.coverage.ProjectCoverage;
import dev.etcdbackup.internal.AtomicFile;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.schedule.FailureLog;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coverage}. */
@Command(
    name = "coverage",
    description =
        "Shows the state of each configured project, and which projects of the store are not"
            + " configured. Exit code 1 when an automated project is stale or missing.")
final class CoverageCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Mixin private final ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Also write a page for a browser, complete in one file: a row for each project, a cell"
              + " for each day. An existing FILE is replaced.")
  private @Nullable Path html;

  @Option(
      names = "--days",
      converter = Converters.Count.class,
      paramLabel = "N",
      description =
          "How many days the page and the JSON document cover, today included, 1 to 366. Default:"
              + " 14.")
  private int days = 14;

  @Option(
      names = "--encryption",
      description =
          "Also show to which OpenPGP keys the newest backup of each project is encrypted, and"
              + " whether 'drill' has opened one with a private key within 31 days. Makes two"
              + " requests for each project whose newest backup is encrypted.")
  private boolean encryption;

  CoverageCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, ConfigException, IOException {
    if (days > 366) {
      throw new UsageException("--days must be 1 to 366, not " + days);
    }
    BackupConfig clusters = config.read();
    StoreAddress where = root.store.or(clusters.store());
    Coverage coverage;
    try (StoreOptions.OpenStore open = root.store.open(where)) {
      BackupService service = root.service(open.store(), clusters);
      FailureLog log = FailureLog.of(open.store());
      Map<String, List<ProjectCoverage.Failure>> failures = new HashMap<>();
      Map<String, List<BackupNote>> notes = new HashMap<>();
      for (CoveredProject project : clusters.covered()) {
        failures.put(project.project(), log.read(project.project()));
        notes.put(project.project(), service.notes().list(project.project()));
      }
      coverage =
          Coverage.of(
                  clusters.covered(),
                  service.listReadable("", root::warnIncomplete),
                  root.catalogue(root.tarballZone(clusters)),
                  failures,
                  root.clock().instant(),
                  days)
              .withNotes(notes);
      if (encryption) {
        coverage = coverage.withEncryption(encryption(coverage, service, open.store()));
      }
    }
    if (html != null) {
      replace(html, coverage.page());
    }
    Output output = root.output();
    if (output.isJson()) {
      output.document(coverage.json());
    } else {
      table(coverage).forEach(output::line);
    }
    return coverage.healthy() ? ExitCode.DONE : ExitCode.NO;
  }

  private static Map<String, EncryptionCoverage> encryption(
      Coverage coverage, BackupService service, BackupStore store) throws BackupException {
    Map<String, EncryptionCoverage> found = new HashMap<>();
    for (ProjectCoverage project : coverage.projects()) {
      Optional<Backup> newest = project.row().newest().filter(one -> one.name().isEncrypted());
      if (newest.isPresent()) {
        String name = project.row().project();
        found.put(
            name,
            new EncryptionCoverage(
                recipients(service, newest.get()), KeyUse.last(store, name).map(KeyUse::at)));
      }
    }
    return found;
  }

  /** The key ids; none when what is stored is no encrypted message, which verification reports. */
  private static List<String> recipients(BackupService service, Backup newest)
      throws BackupException {
    try {
      return service.encryptedTo(newest).map(Recipients::keyIds).orElse(List.of());
    } catch (CorruptBackupException e) {
      return List.of();
    }
  }

  /** Replaces a file in one step, since a browser or a web server may be reading it. */
  private static void replace(Path file, String text) throws IOException {
    try (AtomicFile written = AtomicFile.beside(file)) {
      written.write(StandardCharsets.UTF_8.encode(text));
      written.publishReplacing(file);
    } catch (IOException e) {
      throw new StoreException("--html: cannot write into " + file.toAbsolutePath().getParent(), e);
    }
  }

  private static List<String> table(Coverage coverage) {
    List<List<String>> cells = new ArrayList<>();
    boolean encryption = coverage.projects().stream().anyMatch(CoverageCommand::isEncrypted);
    boolean recorded =
        coverage.projects().stream().anyMatch(one -> one.recovery().recordedTo().isPresent());
    List<String> header = new ArrayList<>(List.of("PROJECT", "STATE", "AGE", "NEWEST"));
    if (recorded) {
      header.add("RPO");
    }
    if (encryption) {
      header.add("ENCRYPTED TO");
    }
    header.add("NOTE");
    cells.add(header);
    for (ProjectCoverage project : coverage.projects()) {
      CoverageRow row = project.row();
      List<String> line = new ArrayList<>();
      line.add(TerminalText.escape(row.project()));
      line.add(state(row));
      line.add(row.age().map(DurationText::format).orElse("-"));
      line.add(row.newest().map(one -> TerminalText.escape(one.name().text())).orElse("-"));
      if (recorded) {
        Optional<Duration> loss = project.recovery().dataLoss(coverage.at());
        line.add(loss.map(one -> one.toSeconds() + "s").orElse("-"));
      }
      if (encryption) {
        line.add(project.encryption().map(one -> String.join(" ", one.keyIds())).orElse("-"));
      }
      line.add(note(project, coverage.at()));
      cells.add(line);
    }
    int[] widths = new int[cells.get(0).size() - 1];
    for (List<String> line : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    return cells.stream().map(line -> pad(line, widths)).toList();
  }

  private static String pad(List<String> line, int[] widths) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String cell = line.get(i);
      out.append(cell).append(" ".repeat(widths[i] - cell.length() + 2));
    }
    return out.append(line.get(widths.length)).toString().stripTrailing();
  }

  private static boolean isEncrypted(ProjectCoverage project) {
    return project.encryption().isPresent();
  }

  private static String note(ProjectCoverage project, Instant now) {
    return Stream.of(
            Stream.of(project.row().note().strip()),
            project.encryption().flatMap(one -> one.warning(now)).stream(),
            project.recovery().marks().stream().map(TerminalText::escape),
            project.recovery().proofs(now).stream().map(TerminalText::escape))
        .flatMap(lines -> lines)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private static String state(CoverageRow row) {
    return row.state().label().replace('-', ' ');
  }
}
