package dev.etcdbackup.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Cases of pure Java without servers, measured by JMH, each in a JVM of its own. */
final class JmhCase implements Case {
  /** Ten times as long may take ten times as long, and a little for noise. */
  private static final double LINEAR = 12;

  private static final double PLAN_BAR = 60; // milliseconds

  @Override
  public String name() {
    return "jmh";
  }

  @Override
  public List<Verdict> alone(BenchmarkServers lab) throws Exception {
    Peers.saveNow(lab);
    lab.progress().println("JMH, a minute or three");
    Map<String, Scores> scores = run(lab);
    List<Verdict> verdicts = new ArrayList<>();
    add(verdicts, scores, "parsePeriodic", "parse a periodic name", 500.0);
    add(verdicts, scores, "parseTarball", "parse a tarball's name", 500.0);
    add(verdicts, scores, "parseOther", "parse any other name", 500.0);
    addGrowth(verdicts, scores, "parseDigits", "parse 10,000 digits over 1,000");
    addGrowth(verdicts, scores, "parsePrefix", "parse a prefix of 10,000 over 1,000");
    add(verdicts, scores, "format", "format a name", null);
    add(verdicts, scores, "sortKeys", "sort 100,000 keys", null);
    add(verdicts, scores, "sortNames", "sort 100,000 names by age", null);
    add(verdicts, scores, "keepLast listed", "plan, keep the last 7 of 100,000", PLAN_BAR);
    add(verdicts, scores, "fiveTiers listed", "plan, five tiers over 100,000", PLAN_BAR);
    add(
        verdicts,
        scores,
        "keepLast shuffled",
        "plan, keep the last 7 of 100,000, in no order",
        PLAN_BAR);
    add(
        verdicts,
        scores,
        "fiveTiers shuffled",
        "plan, five tiers over 100,000, in no order",
        PLAN_BAR);
    add(verdicts, scores, "hashKv", "HashKV of the snapshot", null);
    add(verdicts, scores, "scan", "bbolt scan of the snapshot", null);
    add(verdicts, scores, "verify", "verify the snapshot", null);
    return verdicts;
  }

  private record Scores(List<Double> values, String unit) {}

  private static Map<String, Scores> run(BenchmarkServers lab) throws Exception {
    Options options =
        new OptionsBuilder()
            .include(NameBenchmark.class.getName())
            .include(RetentionBenchmark.class.getName())
            .include(SnapshotBenchmark.class.getName())
            .param("file", Peers.saved(lab).toString())
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(1))
            .output(lab.log("jmh").toString())
            .build();
    Collection<RunResult> results = new Runner(options).run();
    Map<String, Scores> scores = new HashMap<>();
    for (RunResult result : results) {
      List<Double> values =
          result.getBenchmarkResults().stream()
              .flatMap(fork -> fork.getIterationResults().stream())
              .map(iteration -> iteration.getPrimaryResult().getScore())
              .toList();
      String unit = result.getPrimaryResult().getScoreUnit().replace("/op", "");
      scores.put(label(result), new Scores(values, unit));
    }
    return scores;
  }

  private static String label(RunResult result) {
    String order = result.getParams().getParam("order");
    return result.getPrimaryResult().getLabel() + (order == null ? "" : " " + order);
  }

  private void add(
      List<Verdict> verdicts,
      Map<String, Scores> scores,
      String benchmark,
      String title,
      @Nullable Double bar) {
    Scores found = scores(scores, benchmark);
    verdicts.add(Verdict.alone(name(), title, found.unit(), found.values(), bar));
  }

  private void addGrowth(
      List<Verdict> verdicts, Map<String, Scores> scores, String benchmark, String title) {
    double small = Spread.of(scores(scores, benchmark + "1k").values()).median();
    List<Double> growth =
        scores(scores, benchmark + "10k").values().stream().map(big -> big / small).toList();
    verdicts.add(Verdict.alone(name(), title, "×", growth, LINEAR));
  }

  private static Scores scores(Map<String, Scores> scores, String benchmark) {
    Scores found = scores.get(benchmark);
    if (found == null) {
      throw new IllegalStateException("JMH did not run " + benchmark);
    }
    return found;
  }
}
