package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.cli.config.DurationText;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageReport;
import dev.etcdbackup.coverage.CoverageRow;
import dev.etcdbackup.internal.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code coverage}. */
@Command(
    name = "coverage",
    description =
        "Shows how each configured project stands, and which projects of the store nobody"
            + " configured. Ends with 1 when an automated project is stale or missing.")
final class CoverageCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Mixin private final ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write a page for a browser as well, whole in itself: a row for each project, a cell for"
              + " each day. An existing FILE is replaced.")
  private @Nullable Path html;

  @Option(
      names = "--days",
      converter = Converters.Count.class,
      paramLabel = "N",
      description = "How many days the page looks back, today included, 1 to 366. Default: 14.")
  private int days = 14;

  CoverageCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** The report as {@code -o json} shows it. */
  record ReportJson(String at, boolean healthy, List<RowJson> projects) {}

  /** A row of it; the age is in seconds. */
  record RowJson(
      String project,
      String state,
      @Nullable Long ageSeconds,
      @Nullable String newest,
      String note) {}

  @Override
  public Integer call() throws UsageException, ConfigException, IOException {
    if (days > 366) {
      throw new UsageException("--days must be 1 to 366, not " + days);
    }
    BackupConfig clusters = config.read();
    StoreAddress where = root.store.or(clusters.store());
    CoverageReport report;
    try (StoreOptions.OpenStore open = root.store.open(where, false)) {
      List<Backup> backups = root.service(open.store()).list("");
      report = CoverageReport.of(clusters.covered(), backups, root.clock().instant());
      if (html != null) {
        replace(html, Coverage.of(report, clusters.covered(), backups, days).page());
      }
    }
    Output output = root.output();
    if (output.isJson()) {
      List<RowJson> rows = report.rows().stream().map(CoverageCommand::json).toList();
      output.json(new ReportJson(report.at().toString(), report.healthy(), rows));
    } else {
      table(report).forEach(output::line);
    }
    return report.healthy() ? ExitCode.DONE : ExitCode.NO;
  }

  /** Writes a file whole or not at all: a browser or a web server may be reading it. */
  private static void replace(Path file, String text) throws IOException {
    try (AtomicFile written = AtomicFile.beside(file)) {
      written.write(StandardCharsets.UTF_8.encode(text));
      written.publishReplacing(file);
    } catch (IOException e) {
      throw new StoreException("--html: cannot write into " + file.toAbsolutePath().getParent(), e);
    }
  }

  private static RowJson json(CoverageRow row) {
    return new RowJson(
        row.project(),
        state(row),
        row.age().map(Duration::toSeconds).orElse(null),
        row.newest().map(newest -> newest.key().toString()).orElse(null),
        row.note());
  }

  private static List<String> table(CoverageReport report) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(List.of("PROJECT", "STATE", "AGE", "NEWEST", "NOTE"));
    for (CoverageRow row : report.rows()) {
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
    return row.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
