package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The steps of all cases, run in turn, round after round, so that whatever else the machine does
 * meets all of them alike.
 */
final class Batch {
  /** Between steps, for servers to free what was deleted and the disk to write what it owes. */
  private static final int SETTLE_SECONDS = 3;

  private final Map<String, Step> steps = new LinkedHashMap<>();
  private final List<Judgement> judgements = new ArrayList<>();
  private final List<Double> loads = new ArrayList<>();

  /** Adds a step; cases that need the same one share it. */
  void add(Step step) {
    steps.putIfAbsent(step.name(), step);
  }

  void add(Judgement judgement) {
    judgements.add(judgement);
  }

  /** Runs every step once a round. */
  Samples run(int rounds, FreeMemory memory, ServerCpu servers, PrintStream progress)
      throws Exception {
    for (Step step : steps.values()) {
      for (int i = 1; i <= step.warmUps(); i++) {
        memory.await(step.name());
        tell(progress, "warm-up " + i, step, step.run().once());
      }
    }
    Samples samples = new Samples();
    for (int round = 1; round <= rounds && !steps.isEmpty(); round++) {
      loads.add(load());
      for (Step step : steps.values()) {
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        memory.await(step.name());
        Map<String, Double> before = servers.seconds();
        Measurement own = step.run().once();
        Measurement cost = own.beside(servers.secondsSince(before));
        tell(progress, "round " + round, step, cost);
        samples.add(step.name(), cost);
      }
    }
    return samples;
  }

  List<Verdict> judge(Samples samples) {
    return judgements.stream().map(judgement -> judgement.judge(samples)).toList();
  }

  /** The load average at the beginning of each round. */
  List<Double> loads() {
    return loads;
  }

  static double load() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
  }

  private static void tell(PrintStream progress, String when, Step step, Measurement cost) {
    progress.printf(
        "%-10s %-32s %7.2f s, %6.2f s CPU, %5d MiB%n",
        when, step.name(), cost.seconds(), cost.cpuSeconds(), cost.peakRssBytes() >> 20);
  }
}
