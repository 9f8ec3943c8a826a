package dev.etcdbackup.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A backup read back into a file, which proves it, beside a plain copy. */
final class ReadBackCase implements Case {
  @Override
  public String name() {
    return "readback";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    for (S3Target target : lab.s3()) {
      WarmJvm warm = lab.warm();
      String key = warm.ask("backup " + target.name() + ' ' + lab.etcd()).result();
      List<List<String>> peers = Peers.download(lab, batch, target, key);
      String step = "warm read back ← " + target.name();
      Path file = lab.file("read.db");
      batch.add(
          new Step(
              step,
              1,
              () -> {
                Measurement cost =
                    warm.ask("read " + target.name() + ' ' + key + ' ' + file).cost();
                Files.delete(file);
                return cost;
              }));
      if (!peers.isEmpty()) {
        batch.add(new Comparison(name(), step, Measurement::seconds, step, peers, null));
      }
    }
  }
}
