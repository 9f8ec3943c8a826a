package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A backup by an embedded, warm JVM: to S3 beside a save and an upload, to nowhere and to a
 * directory beside a save.
 */
final class BackupCase implements Case {
  private static final long WARM_UP_BYTES = 6L << 30;
  private static final long MOST_WARM_UPS = 8;

  @Override
  public String name() {
    return "backup";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    Peers.save(lab, batch);
    for (String store : List.of("discard", "directory")) {
      if (lab.settings().targets().contains(store)) {
        String ours = warmBackup(lab, batch, store);
        Double bar = store.equals("discard") ? 1.0 : null;
        batch.add(wall("warm backup → " + store, ours, List.of(List.of(Peers.SAVE)), bar));
      }
    }
    for (S3Target target : lab.s3()) {
      List<List<String>> peers = Peers.saveAndUpload(lab, batch, target);
      String ours = warmBackup(lab, batch, target.name());
      if (!peers.isEmpty()) {
        batch.add(wall("warm backup → " + target.name(), ours, peers, 0.70));
        batch.add(
            new Comparison(
                name(),
                "client CPU, warm backup → " + target.name(),
                Measurement::cpuSeconds,
                ours,
                peers,
                1.0));
      }
    }
  }

  private Comparison wall(
      String title, String ours, List<List<String>> peers, @Nullable Double bar) {
    return new Comparison(name(), title, Measurement::seconds, ours, peers, bar);
  }

  private static String warmBackup(BenchmarkServers lab, Batch batch, String store)
      throws Exception {
    URI etcd = lab.etcd();
    WarmJvm warm = lab.warm();
    String step = "warm backup → " + store;
    batch.add(
        new Step(
            step,
            warmUps(lab.settings().bytes()),
            () -> {
              WarmJvm.Answer backup = warm.ask("backup " + store + ' ' + etcd);
              warm.ask("delete " + store + ' ' + backup.result());
              return backup.cost();
            }));
    return step;
  }

  /** Twice at least, and more often where a run is short: the JIT wants its share of bytes. */
  private static int warmUps(long bytes) {
    return (int) Math.max(2, Math.min(MOST_WARM_UPS, WARM_UP_BYTES / bytes));
  }
}
