package dev.etcdbackup.benchmarks;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A data directory made of a snapshot in a file: by a warm JVM, and by the command line tool. */
final class RestoreCase implements Case {
  private static final double WARM_BAR = 0.45;
  private static final double COLD_BAR = 0.90;
  private static final double MEMORY_BAR = 0.25;

  @Override
  public String name() {
    return "restore";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    Peers.save(lab, batch);
    Peers.saveNow(lab); // the warm-ups come before the first round
    List<String> peer = List.of(Peers.restore(lab, batch));
    String warm = "warm restore of a file";
    WarmJvm jvm = lab.warm(name());
    Path directory = lab.file("restored");
    batch.add(
        new Step(
            warm,
            lab.settings().warmUps(),
            () -> {
              Measurement cost = jvm.ask("restore " + Peers.saved(lab) + ' ' + directory).cost();
              BenchmarkServers.delete(directory);
              return cost;
            }));
    String cold = "cold restore of a file";
    Command create = restore(Peers.saved(lab), directory);
    batch.add(
        Step.cold(
            cold,
            () -> {
              Measurement cost = create.run(lab.log("restore"));
              BenchmarkServers.delete(directory);
              return cost;
            }));
    batch.add(new Comparison(name(), warm, Measurement::seconds, warm, List.of(peer), WARM_BAR));
    batch.add(
        new Comparison(
            name(),
            "./run cli restore of a file",
            Measurement::seconds,
            cold,
            List.of(peer),
            COLD_BAR));
    batch.add(
        new Comparison(
            name(),
            "peak RSS, " + warm,
            Measurement::peakRssBytes,
            warm,
            List.of(peer),
            MEMORY_BAR));
  }

  private static Command restore(Path file, Path directory) {
    return new Command(
        List.of("./run", "cli", "restore", file.toString(), "--data-dir", directory.toString()),
        Map.of());
  }
}
