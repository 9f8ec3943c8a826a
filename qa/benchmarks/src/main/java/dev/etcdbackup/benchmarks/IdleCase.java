package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a scheduler of 5,000 clusters costs while none of them is due. */
final class IdleCase implements Case {
  private static final int CLUSTERS = 5_000;
  private static final int SECONDS = 120;
  private static final double CORE_BAR = 0.5; // percent
  private static final double HEAP_BAR_MIB = 16;
  private static final Pattern FIGURES =
      Pattern.compile("(\\d+) KiB of live heap.* ([0-9.]+) % of a core", Pattern.DOTALL);

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public List<Verdict> alone(BenchmarkServers lab) throws Exception {
    lab.progress().println("an idle scheduler, four minutes");
    List<String> words =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-cp",
            System.getProperty("java.class.path"),
            IdleScheduler.class.getName(),
            Integer.toString(CLUSTERS),
            Integer.toString(SECONDS));
    Path out = lab.log("idle");
    new Command(words, Map.of()).run(out);
    String printed = Files.readString(out);
    Matcher figures = FIGURES.matcher(printed);
    if (!figures.find()) {
      throw new IOException("the idle scheduler printed no figures, but " + printed);
    }
    double mebibytes = Long.parseLong(figures.group(1)) / 1024.0;
    double percent = Double.parseDouble(figures.group(2));
    String scheduler = "idle scheduler, " + CLUSTERS + " clusters";
    return List.of(
        Verdict.alone(name(), scheduler + ", CPU", "% of a core", List.of(percent), CORE_BAR),
        Verdict.alone(name(), scheduler + ", live heap", "MiB", List.of(mebibytes), HEAP_BAR_MIB));
  }
}
