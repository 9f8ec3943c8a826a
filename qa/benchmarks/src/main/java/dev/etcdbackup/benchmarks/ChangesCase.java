package dev.etcdbackup.benchmarks;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.util.ArrayList;
import java.util.List;

/** Changes recorded between backups, and restored. With 1 GiB and 5 pairs this takes 25 minutes. */
final class ChangesCase implements Case {
  @Override
  public String name() {
    return "changes";
  }

  @Override
  public List<Verdict> alone(BenchmarkServers lab) throws Exception {
    List<Verdict> verdicts = new ArrayList<>();
    try (EtcdServer etcd = EtcdServer.start()) {
      verdicts.addAll(new RecorderFigures(lab, etcd.endpoint()).measure());
    }
    verdicts.addAll(new ReplayFigures(lab).measure());
    return verdicts;
  }
}
