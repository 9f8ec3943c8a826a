package dev.etcdbackup.benchmarks;

import java.util.List;

/** A snapshot in a file, read: its status, its proof, its hash. */
final class SnapshotCase implements Case {
  private static final double STATUS_BAR = 1.5;
  private static final double VERIFY_BAR = 1.3;

  @Override
  public String name() {
    return "snapshot";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    Peers.save(lab, batch);
    Peers.saveNow(lab); // the warm-ups come before the first round
    String sha256 = Peers.sha256(lab, batch); // brings the file back into the page cache for all
    String status = Peers.status(lab, batch);
    compare(lab, batch, "status", List.of(status), STATUS_BAR);
    compare(lab, batch, "verify", List.of(sha256, status), VERIFY_BAR);
    warm(lab, batch, "hashkv"); // no other tool reads it from a file
  }

  private void compare(
      BenchmarkServers lab, Batch batch, String command, List<String> peer, double bar)
      throws Exception {
    String ours = warm(lab, batch, command);
    batch.add(new Comparison(name(), ours, Measurement::seconds, ours, List.of(peer), bar));
  }

  private String warm(BenchmarkServers lab, Batch batch, String command) throws Exception {
    String step = "warm " + command + " of a file";
    WarmJvm warm = lab.warm(name());
    batch.add(
        new Step(
            step,
            lab.settings().warmUps(),
            () -> warm.ask(command + ' ' + Peers.saved(lab)).cost()));
    return step;
  }
}
