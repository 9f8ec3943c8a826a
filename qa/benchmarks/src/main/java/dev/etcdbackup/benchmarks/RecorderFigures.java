package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A recorder beside an etcd: what a burst takes, how late it stores what a steady load writes, and
 * what it costs the two. With a database of 1 GiB or more the burst is 1 GB, the steady load takes
 * 10 minutes and a phase of the comparison 40 seconds; with a smaller one they are as much shorter,
 * but not below 15 seconds.
 */
final class RecorderFigures {
  private static final int PUTS_PER_SECOND = 1000;
  private static final int VALUE_BYTES = 1024;
  private static final int STEADY_SECONDS = 600;
  private static final int PHASE_SECONDS = 40;
  private static final int LEAST_SECONDS = 15;
  private static final int BURST_BYTES = 1_000_000_000; // 100 MB a second for 10 seconds
  private static final int BURST_VALUE_BYTES = 64 << 10;
  private static final int BURST_PUTS = 8; // in a transaction
  private static final double RPO_BAR_SECONDS = 12;
  private static final double CPU_BAR_PERCENT = 10;
  private static final double ETCD_BAR = 1.1;
  private static final double BURST_HEAP_BAR_MIB = 64;

  private final BenchmarkServers lab;
  private final RecorderJvm recorder;
  private final URI etcd;
  private final List<Verdict> verdicts = new ArrayList<>();

  RecorderFigures(BenchmarkServers lab, URI etcd) {
    this.lab = lab;
    this.recorder = new RecorderJvm(lab, "changes", etcd);
    this.etcd = etcd;
  }

  List<Verdict> measure() throws Exception {
    burst(); // the JVM compiles meanwhile what the rest runs
    steadyLoad();
    costToEtcd();
    return verdicts;
  }

  private void burst() throws Exception {
    long bytes = Math.min(lab.settings().bytes(), BURST_BYTES);
    int revisions = (int) (bytes / (BURST_PUTS * BURST_VALUE_BYTES));
    PutLoad load = new PutLoad(revisions, BURST_PUTS, BURST_VALUE_BYTES, 0);
    lab.progress().println("changes: burst of " + (bytes >> 20) + " MiB");
    recorder.catchUp(); // takes the base
    long until = new LiveMember(etcd).revision() + revisions;
    CompletableFuture<WarmJvm.Answer> answer = recorder.untilWatchingTheHeap(until);
    double rate = bytes / 1e6 / load.run(etcd, lab.progress()).seconds();
    double mib = answer.get().peakHeapBytes() / (double) (1 << 20);
    String what = "burst of " + (bytes >> 20) + " MiB";
    add(what + ", what etcd took", "MB/s", List.of(rate), null);
    add("live heap of the recorder, " + what, "MiB", List.of(mib), BURST_HEAP_BAR_MIB);
    lab.progress().printf("changes: etcd took %.0f MB/s, heap %.1f MiB%n", rate, mib);
    Path restored = lab.file("burst");
    WarmJvm.Answer unused =
        lab.warm("changes-replay").ask("replay all directory changes " + restored);
    RestoredDatabase.read(restored).requireAllOf(new LiveMember(etcd).hashKv());
    BenchmarkServers.delete(restored);
    lab.note("what was recorded of the burst, restored, has the HashKV of the live member");
  }

  private void steadyLoad() throws Exception {
    int seconds = seconds(STEADY_SECONDS);
    lab.progress().println("changes: steady load of " + seconds + " s");
    RecorderJvm.Recorded recorded = recorder.record(load(seconds));
    List<Double> sorted = recorded.rpoSeconds().stream().sorted().toList();
    double rpo = sorted.get(sorted.size() / 100 * 99);
    double cpu = 100 * recorded.cost().cpuSeconds() / recorded.written().seconds();
    add("RPO, 99th percentile, " + under(seconds), "s", List.of(rpo), RPO_BAR_SECONDS);
    add("recorder's CPU, of one core, " + under(seconds), "%", List.of(cpu), CPU_BAR_PERCENT);
    lab.progress().printf("changes: RPO %.2f s, recorder %.1f %% of a core%n", rpo, cpu);
  }

  private void costToEtcd() throws Exception {
    int seconds = seconds(PHASE_SECONDS);
    PutLoad load = load(seconds);
    List<Double> ratios = new ArrayList<>();
    for (int round = 1; round <= lab.settings().pairs(); round++) {
      lab.progress().println("changes: with and without the recorder, round " + round);
      boolean alsoAfter = round % 2 == 0; // the database grows: neither is always the later one
      double with = alsoAfter ? 0 : recorded(load);
      double without = alone(load);
      with = alsoAfter ? recorded(load) : with;
      ratios.add(with / without);
      lab.progress()
          .printf(
              "changes: etcd %.1f %% of a core with the recorder, %.1f %% without: %.3f ×%n",
              100 * with, 100 * without, with / without);
    }
    add("etcd's CPU with and without it, " + under(seconds), "×", ratios, ETCD_BAR);
  }

  /** How much of a core etcd takes for a load that is recorded. */
  private double recorded(PutLoad load) throws Exception {
    recorder.catchUp();
    Duration before = cpuOfEtcd();
    return cpuOfEtcd(before, recorder.record(load).written());
  }

  /** How much of a core etcd takes for a load alone. */
  private double alone(PutLoad load) throws Exception {
    Duration before = cpuOfEtcd();
    return cpuOfEtcd(before, load.run(etcd, lab.progress()));
  }

  private static double cpuOfEtcd(Duration before, PutLoad.Written load) {
    return cpuOfEtcd().minus(before).toNanos() / 1e9 / load.seconds();
  }

  /** What all etcds that this process started have taken so far. */
  private static Duration cpuOfEtcd() {
    return ProcessHandle.current()
        .descendants()
        .map(ProcessHandle::info)
        .filter(info -> info.command().filter(it -> it.endsWith("/etcd")).isPresent())
        .flatMap(info -> info.totalCpuDuration().stream())
        .reduce(Duration.ZERO, Duration::plus);
  }

  private static PutLoad load(int seconds) {
    return new PutLoad(seconds * PUTS_PER_SECOND, 1, VALUE_BYTES, PUTS_PER_SECOND);
  }

  private static String under(int seconds) {
    return PUTS_PER_SECOND + " puts/s of 1 KiB for " + seconds + " s";
  }

  /** At 1 GiB and more all, of less as much less. */
  private int seconds(int all) {
    double share = Math.min(1, lab.settings().bytes() / (double) (1 << 30));
    return (int) Math.max(LEAST_SECONDS, all * share);
  }

  private void add(String title, String unit, List<Double> values, @Nullable Double bar) {
    verdicts.add(Verdict.alone("changes", title, unit, values, bar));
  }
}
