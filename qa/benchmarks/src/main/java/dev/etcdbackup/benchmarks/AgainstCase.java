package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * This version of the library beside another one, in one batch: each in a warm JVM of its own. What
 * takes a tenth longer than it did is a miss.
 */
final class AgainstCase implements Case {
  private static final int WARM_UPS = 5;
  private static final double BAR = 1.10;

  @Override
  public String name() {
    return "against";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    OtherVersion other = lab.settings().against();
    if (other == null) {
      return;
    }
    lab.metadata().put("beside", other.name());
    WarmJvm us = lab.warm(name());
    WarmJvm them = lab.warm(other);
    List<String> stores = new ArrayList<>(lab.s3().stream().map(S3Target::name).toList());
    List.of("discard", "directory").stream()
        .filter(lab.settings().targets()::contains)
        .forEach(stores::add);
    for (String store : stores) {
      String title = "backup → " + store;
      URI etcd = lab.etcd();
      compare(
          batch,
          title,
          backup(batch, title + ", this", us, store, etcd),
          backup(batch, title + ", " + other.name(), them, store, etcd));
    }
    Peers.save(lab, batch);
    Peers.saveNow(lab);
    String title = "restore of a file";
    compare(
        batch,
        title,
        restore(lab, batch, title + ", this", us),
        restore(lab, batch, title + ", " + other.name(), them));
  }

  private static String backup(Batch batch, String step, WarmJvm jvm, String store, URI etcd) {
    batch.add(
        new Step(
            step,
            WARM_UPS,
            () -> {
              WarmJvm.Answer made = jvm.ask("backup " + store + ' ' + etcd);
              jvm.ask("delete " + store + ' ' + made.result());
              return made.cost();
            }));
    return step;
  }

  private static String restore(BenchmarkServers lab, Batch batch, String step, WarmJvm jvm)
      throws Exception {
    Path directory = lab.file("restored-against");
    Path saved = Peers.saved(lab);
    batch.add(
        new Step(
            step,
            WARM_UPS,
            () -> {
              Measurement cost = jvm.ask("restore " + saved + ' ' + directory).cost();
              BenchmarkServers.delete(directory);
              return cost;
            }));
    return step;
  }

  private void compare(Batch batch, String title, String ours, String theirs) {
    List<List<String>> peer = List.of(List.of(theirs));
    batch.add(new Comparison(name(), title, Measurement::seconds, ours, peer, BAR));
    batch.add(new Comparison(name(), "CPU, " + title, Measurement::cpuSeconds, ours, peer, BAR));
  }
}
