package dev.etcdbackup.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The figures of each release, one small JSON file for each report, and what is drawn and written
 * from them: {@code history.svg} beside them, and the tables of {@code performance.md}: the newest
 * figure of each goal, and all newest figures of each command.
 */
final class History {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,40}");

  /** The metadata that says what is compared; the rest stays in the report. */
  private static final List<String> KEPT =
      List.of("processor", "JVM", "etcd", "database", "Ceph", "rclone", "aws", "zstd", "gpg");

  private final Path documents;

  /**
   * @param documents the directory of {@code performance.md}
   */
  History(Path documents) {
    this.documents = documents;
  }

  /** The figures of one report, and when they were kept. */
  record Entry(
      String version,
      Instant kept,
      String command,
      Map<String, String> metadata,
      List<Figure> figures) {
    LocalDate date() {
      return LocalDate.ofInstant(kept, ZoneOffset.UTC);
    }
  }

  /** One figure, without the values of the rounds. */
  record Figure(
      String title,
      String against,
      String unit,
      double median,
      double lowest,
      double highest,
      @Nullable Double bar) {
    static Figure of(Verdict verdict) {
      Spread spread = verdict.figure();
      return new Figure(
          verdict.title(),
          verdict.against(),
          verdict.unit(),
          rounded(spread.median()),
          rounded(spread.lowest()),
          rounded(spread.highest()),
          verdict.bar());
    }

    private static double rounded(double value) {
      return Math.round(value * 1000) / 1000.0;
    }

    private static String goal(double bar) {
      return BigDecimal.valueOf(bar)
          .setScale(3, RoundingMode.HALF_UP)
          .stripTrailingZeros()
          .toPlainString();
    }

    /** The cells of a row without its end, so that another cell may follow. */
    String row() {
      String number = unit.equals("ns") ? "%.0f" : "%.2f";
      boolean missed = bar != null && median > bar;
      String middle = String.format(Locale.ROOT, number, median);
      String ends =
          lowest == highest
              ? ""
              : String.format(Locale.ROOT, " (" + number + "–" + number + ")", lowest, highest);
      return String.join(
          " | ",
          "| " + title,
          (missed ? "**" + middle + "**" : middle) + ends + " " + unit,
          against,
          bar == null ? "" : "≤ " + goal(bar) + (missed ? ", missed" : ""));
    }
  }

  /**
   * Keeps the figures of a report, in place of those that the same command gave for the same
   * version, and draws and writes everything again.
   */
  void keep(String version, Report report) throws IOException {
    if (!NAME.matcher(version).matches()) {
      throw new IllegalArgumentException("'" + version + "' is not a version: write 0.2.0");
    }
    Map<String, String> metadata = new LinkedHashMap<>(report.metadata());
    metadata.keySet().retainAll(KEPT);
    Entry entry =
        new Entry(
            version,
            Instant.now().truncatedTo(ChronoUnit.SECONDS),
            measured(report.command()),
            metadata,
            report.verdicts().stream().map(Figure::of).toList());
    Path directory = Files.createDirectories(documents.resolve("benchmarks"));
    JSON.writeValue(file(directory, entry).toFile(), Document.of(entry));
    write();
  }

  /** Draws and writes everything again from what is kept. */
  void write() throws IOException {
    Path directory = documents.resolve("benchmarks");
    List<Entry> entries = entries(directory);
    Files.writeString(directory.resolve("history.svg"), new HistoryPlot(entries).svg());
    Path file = documents.resolve("performance.md");
    String text = Files.readString(file);
    text = replaced(file, text, "goals", new Goals(entries).table());
    Files.writeString(file, replaced(file, text, "figures", tables(entries)));
  }

  /** The text with something else between the two marks. */
  private static String replaced(Path file, String text, String what, String by)
      throws IOException {
    Pattern place =
        Pattern.compile(
            "(<!-- " + what + ", .*?-->\n).*?(<!-- end of the " + what + " -->)", Pattern.DOTALL);
    Matcher matcher = place.matcher(text);
    if (!matcher.find()) {
      throw new IOException(file + " has no place for the " + what);
    }
    return matcher.replaceFirst("$1" + Matcher.quoteReplacement(by) + "\n$2");
  }

  /**
   * The command without what changes nothing that is measured: where the report goes, and so on.
   */
  private static String measured(String command) {
    return command.replaceAll(" --(install|(to|keep)[ =]\\S+)", "");
  }

  /** A file for each version and command, so that a report that is made again replaces its own. */
  private static Path file(Path directory, Entry entry) {
    String command = entry.command().replace("./run bench", "").replaceAll("[^a-z0-9]+", "-");
    return directory.resolve(entry.version() + command.replaceAll("-$", "") + ".json");
  }

  /** The oldest first. */
  private static List<Entry> entries(Path directory) throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        entries.add(JSON.readValue(file.toFile(), Document.class).entry());
      }
    }
    entries.sort(Comparator.comparing(Entry::kept));
    return entries;
  }

  /** Of each command the newest. */
  private static String tables(List<Entry> entries) {
    Map<String, Entry> newest = new LinkedHashMap<>();
    entries.forEach(entry -> newest.put(entry.command(), entry));
    StringBuilder tables = new StringBuilder();
    for (Entry entry : newest.values()) {
      tables.append("\n`").append(entry.command()).append("`, version ").append(entry.version());
      tables.append(", ").append(entry.date()).append(": ");
      tables.append(String.join("; ", entry.metadata().values())).append(".\n\n");
      tables.append("| case | figure | beside | goal |\n|---|---|---|---|\n");
      entry.figures().forEach(figure -> tables.append(figure.row()).append(" |\n"));
    }
    return tables.toString();
  }

  /** The form of the files, in which a time is a text. */
  private record Document(
      String version,
      String kept,
      String command,
      Map<String, String> metadata,
      List<Figure> figures) {
    static Document of(Entry entry) {
      return new Document(
          entry.version(),
          entry.kept().toString(),
          entry.command(),
          entry.metadata(),
          entry.figures());
    }

    Entry entry() {
      return new Entry(version, Instant.parse(kept), command, metadata, figures);
    }
  }
}
