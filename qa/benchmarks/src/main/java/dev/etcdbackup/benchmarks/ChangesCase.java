package dev.etcdbackup.benchmarks;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Changes recorded while 1,000 puts of 1 KiB a second are written, and in a burst; a base restored
 * with and without as many changes as it has KiB. At 1 GiB a load takes 64 seconds.
 */
final class ChangesCase implements Case {
  private static final int PUTS_PER_SECOND = 1000;
  private static final int VALUE_BYTES = 1024;
  private static final int BURST_SECONDS = 10;
  private static final int BURST_BYTES_PER_SECOND = 100_000_000;
  private static final int PUTS_IN_TRANSACTION = 64;
  private static final int CHANGED_VALUE_BYTES = 100;
  private static final double RPO_BAR_SECONDS = 12;
  private static final double CPU_BAR_PERCENT = 10;
  private static final double ETCD_BAR = 1.1;
  private static final double BURST_HEAP_BAR_MIB = 64;
  private static final double RESTORE_BAR = 1.3;
  private static final double RESTORE_BAR_SECONDS = 15;
  private static final double RESTORE_HEAP_BAR_MIB = 128;

  @Override
  public String name() {
    return "changes";
  }

  @Override
  public List<Verdict> alone(BenchmarkServers lab) throws Exception {
    List<Verdict> verdicts = new ArrayList<>();
    try (EtcdServer etcd = EtcdServer.start()) {
      burst(lab, etcd.endpoint(), verdicts); // the JVM compiles meanwhile what the rest runs
      steadyLoad(lab, etcd.endpoint(), verdicts);
    }
    restore(lab, verdicts);
    return verdicts;
  }

  private void steadyLoad(BenchmarkServers lab, URI etcd, List<Verdict> verdicts) throws Exception {
    int seconds = (int) Math.max(15, lab.settings().bytes() >> 24);
    PutLoad load = new PutLoad(seconds * PUTS_PER_SECOND, 1, VALUE_BYTES, PUTS_PER_SECOND);
    lab.progress().println("changes: warm-up of " + seconds + " s");
    List<Double> unused = recorded(lab, etcd, load).rpoSeconds();
    List<Double> rpo = new ArrayList<>();
    List<Double> recorder = new ArrayList<>();
    List<Double> server = new ArrayList<>();
    for (int round = 1; round <= lab.settings().pairs(); round++) {
      Duration before = cpuOfEtcd();
      PutLoad.Written alone = load.run(etcd);
      Duration without = cpuOfEtcd().minus(before);
      before = cpuOfEtcd();
      Recorded recorded = recorded(lab, etcd, load);
      Duration with = cpuOfEtcd().minus(before);
      List<Double> sorted = recorded.rpoSeconds().stream().sorted().toList();
      rpo.add(sorted.get(sorted.size() * 99 / 100));
      recorder.add(100 * recorded.cost().cpuSeconds() / recorded.written().seconds());
      server.add(
          with.toNanos()
              / (double) without.toNanos()
              * alone.seconds()
              / recorded.written().seconds());
      lab.progress()
          .printf(
              "changes: round %d: RPO %.2f s, recorder %.1f %% of a core, etcd %.2f ×%n",
              round, rpo.get(round - 1), recorder.get(round - 1), server.get(round - 1));
    }
    String under = ", " + PUTS_PER_SECOND + " puts/s of 1 KiB for " + seconds + " s";
    verdicts.add(Verdict.alone(name(), "RPO, 99th percentile" + under, "s", rpo, RPO_BAR_SECONDS));
    verdicts.add(
        Verdict.alone(
            name(), "recorder's CPU, of one core" + under, "%", recorder, CPU_BAR_PERCENT));
    verdicts.add(
        Verdict.alone(name(), "etcd's CPU with and without it" + under, "×", server, ETCD_BAR));
  }

  private void burst(BenchmarkServers lab, URI etcd, List<Verdict> verdicts) throws Exception {
    int bytes =
        (int) Math.min(lab.settings().bytes(), (long) BURST_SECONDS * BURST_BYTES_PER_SECOND);
    int revisions = bytes / (PUTS_IN_TRANSACTION * VALUE_BYTES);
    PutLoad load = new PutLoad(revisions, PUTS_IN_TRANSACTION, VALUE_BYTES, 0);
    lab.progress().println("changes: burst of " + (bytes >> 20) + " MiB");
    long until = PutLoad.revision(etcd) + revisions;
    CompletableFuture<WarmJvm.Answer> recorder =
        ask(lab, "heap record directory changes " + etcd + ' ' + until);
    double rate = bytes / 1e6 / load.run(etcd).seconds();
    double mib = recorder.get().peakHeapBytes() / (double) (1 << 20);
    verdicts.add(Verdict.alone(name(), "burst, as fast as etcd", "MB/s", List.of(rate), null));
    verdicts.add(
        Verdict.alone(
            name(),
            "live heap of the recorder, burst of " + (bytes >> 20) + " MiB",
            "MiB",
            List.of(mib),
            BURST_HEAP_BAR_MIB));
  }

  private void restore(BenchmarkServers lab, List<Verdict> verdicts) throws Exception {
    URI etcd = lab.etcd();
    int changes = (int) (lab.settings().bytes() >> 10);
    PutLoad load =
        new PutLoad(changes / PUTS_IN_TRANSACTION, PUTS_IN_TRANSACTION, CHANGED_VALUE_BYTES, 0);
    lab.progress().println("changes: recording " + changes);
    PutLoad first = new PutLoad(1, 1, 1, 0); // its object ends the wait for the base
    long base = PutLoad.revision(etcd) + 1;
    CompletableFuture<WarmJvm.Answer> based = record(lab, "replay", etcd, base);
    first.run(etcd);
    based.get();
    CompletableFuture<WarmJvm.Answer> recorder =
        record(lab, "replay", etcd, base + load.revisions());
    load.run(etcd);
    recorder.get();
    String into = "directory replay " + lab.file("replayed");
    List<Double> beyond = new ArrayList<>();
    List<Double> ratio = new ArrayList<>();
    for (int round = 0; round <= lab.settings().pairs(); round++) {
      Measurement alone = restored(lab, "replay base " + into).cost();
      Measurement all = restored(lab, "replay all " + into).cost();
      if (round > 0) { // the first one warms up
        beyond.add(all.seconds() - RESTORE_BAR * alone.seconds());
        ratio.add(all.seconds() / alone.seconds());
      }
    }
    double mib = restored(lab, "heap replay all " + into).peakHeapBytes() / (double) (1 << 20);
    String what = "restore of a base and " + changes + " changes";
    verdicts.add(
        Verdict.alone(
            name(), what + ", beyond 1.3 × the base alone", "s", beyond, RESTORE_BAR_SECONDS));
    verdicts.add(Verdict.alone(name(), what + ", beside the base alone", "×", ratio, null));
    verdicts.add(
        Verdict.alone(name(), "live heap, " + what, "MiB", List.of(mib), RESTORE_HEAP_BAR_MIB));
  }

  private static WarmJvm.Answer restored(BenchmarkServers lab, String command) throws Exception {
    WarmJvm.Answer answer = lab.warm().ask(command);
    BenchmarkServers.delete(Path.of(command.substring(command.lastIndexOf(' ') + 1)));
    return answer;
  }

  /**
   * A load and the recorder beside it.
   *
   * @param written what was written
   * @param cost of the recorder
   * @param stored {@code REVISION@MILLIS,…}
   */
  private record Recorded(PutLoad.Written written, Measurement cost, String stored) {
    /** For each revision how long after etcd's answer it was stored. */
    List<Double> rpoSeconds() {
      List<Double> seconds = new ArrayList<>();
      AtomicLongArray answered = written.answeredMillis();
      int next = 0;
      for (String object : stored.split(",", -1)) {
        int at = object.indexOf('@');
        long last = Long.parseLong(object.substring(0, at));
        long millis = Long.parseLong(object.substring(at + 1));
        for (; next < answered.length() && written.first() + next <= last; next++) {
          seconds.add((millis - answered.get(next)) / 1000.0);
        }
      }
      if (next < answered.length()) {
        throw new IllegalStateException("only " + next + " of the revisions were recorded");
      }
      return seconds;
    }
  }

  private static Recorded recorded(BenchmarkServers lab, URI etcd, PutLoad load) throws Exception {
    long until = PutLoad.revision(etcd) + load.revisions();
    CompletableFuture<WarmJvm.Answer> recorder = record(lab, "changes", etcd, until);
    PutLoad.Written written = load.run(etcd);
    WarmJvm.Answer answer = recorder.get();
    return new Recorded(written, answer.cost(), answer.result());
  }

  private static CompletableFuture<WarmJvm.Answer> record(
      BenchmarkServers lab, String project, URI etcd, long until) throws Exception {
    return ask(lab, "record directory " + project + ' ' + etcd + ' ' + until);
  }

  private static CompletableFuture<WarmJvm.Answer> ask(BenchmarkServers lab, String command)
      throws Exception {
    WarmJvm warm = lab.warm();
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return warm.ask(command);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
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
}
