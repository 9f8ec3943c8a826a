package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageRow;
import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.coverage.ProjectCoverage;
import dev.etcdbackup.internal.AtomicFile;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.schedule.FailureLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
      List<Backup> backups = root.service(open.store(), clusters).list("");
      FailureLog log = FailureLog.of(open.store());
      Map<String, List<ProjectCoverage.Failure>> failures = new HashMap<>();
      for (CoveredProject project : clusters.covered()) {
        failures.put(project.project(), log.read(project.project()));
      }
      coverage =
          Coverage.of(
              clusters.covered(),
              backups,
              Catalogue.inZone(root.tarballZone(clusters)),
              failures,
              root.clock().instant(),
              days);
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
    cells.add(List.of("PROJECT", "STATE", "AGE", "NEWEST", "NOTE"));
    for (ProjectCoverage project : coverage.projects()) {
      CoverageRow row = project.row();
      cells.add(
          List.of(
              TerminalText.escape(row.project()),
              state(row),
              row.age().map(DurationText::format).orElse("-"),
              row.newest().map(one -> TerminalText.escape(one.name().text())).orElse("-"),
              row.note().strip()));
    }
    int[] widths = new int[4];
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

  private static String state(CoverageRow row) {
    return row.state().label().replace('-', ' ');
  }
}
