package dev.etcdbackup.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A stored backup: read back into a file, which is verified and synced, beside a copy and {@code
 * sha256sum}; restored without a file, beside a copy and a restore; verified, beside a copy and
 * {@code etcdutl snapshot status}.
 */
final class ReadBackCase implements Case {
  private static final double READ_BAR = 1.0;
  private static final double RESTORE_BAR = 0.6;
  private static final double RESTORE_MEMORY_BAR = 0.25;
  private static final double VERIFY_BAR = 1.0;

  @Override
  public String name() {
    return "readback";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    if (lab.s3().isEmpty()) {
      return;
    }
    Peers.save(lab, batch);
    Peers.saveNow(lab); // the same bytes as those stored: what peers do after their download
    for (S3Target target : lab.s3()) {
      String key =
          lab.warm("readback-store").ask("backup " + target.name() + ' ' + lab.etcd()).result();
      String from = " ← " + target.name();
      Path file = lab.file("read.db");
      String stored = target.name() + ' ' + key;
      String read = step(lab, batch, "warm read back" + from, "read " + stored + ' ' + file, file);
      Path directory = lab.file("recovered");
      String restore =
          step(lab, batch, "warm restore" + from, "recover " + stored + ' ' + directory, directory);
      String verify = step(lab, batch, "warm verify" + from, "check " + stored, file);
      List<List<String>> downloads = Peers.download(lab, batch, target, key);
      if (downloads.isEmpty()) {
        continue;
      }
      List<List<String>> restores = then(downloads, Peers.restore(lab, batch));
      compare(batch, read, then(downloads, sha256sum(lab, batch)), READ_BAR);
      compare(batch, restore, restores, RESTORE_BAR);
      batch.add(
          new Comparison(
              name(),
              "peak RSS, " + restore,
              Measurement::peakRssBytes,
              restore,
              restores,
              RESTORE_MEMORY_BAR));
      List<List<String>> looks = then(downloads, Peers.status(lab, batch));
      compare(batch, verify, looks, VERIFY_BAR);
    }
  }

  /** Adds a step of a warm JVM of its own, and deletes what it made. */
  private static String step(
      BenchmarkServers lab, Batch batch, String step, String command, Path made) throws Exception {
    String program = command.substring(0, command.indexOf(' '));
    WarmJvm warm = lab.warm("readback-" + program);
    batch.add(
        new Step(
            step,
            lab.settings().warmUps(),
            () -> {
              Measurement cost = warm.ask(command).cost();
              BenchmarkServers.delete(made);
              return cost;
            }));
    return step;
  }

  private static String sha256sum(BenchmarkServers lab, Batch batch) {
    Command command = new Command(List.of("sha256sum", Peers.saved(lab).toString()), Map.of());
    batch.add(Step.cold("sha256sum", () -> command.run(lab.log("sha256sum"))));
    return "sha256sum";
  }

  private static List<List<String>> then(List<List<String>> peers, String step) {
    List<List<String>> longer = new ArrayList<>();
    for (List<String> steps : peers) {
      List<String> all = new ArrayList<>(steps);
      all.add(step);
      longer.add(all);
    }
    return longer;
  }

  private void compare(Batch batch, String step, List<List<String>> peers, double bar) {
    batch.add(new Comparison(name(), step, Measurement::seconds, step, peers, bar));
  }
}
