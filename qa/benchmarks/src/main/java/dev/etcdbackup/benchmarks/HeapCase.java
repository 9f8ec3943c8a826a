package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * The heap a backup takes while it runs, garbage left aside, beyond what the JVM had before: after
 * a first backup, which leaves what libraries keep for as long as the JVM lives.
 */
final class HeapCase implements Case {
  private static final double BAR_MIB = 48;

  @Override
  public String name() {
    return "heap";
  }

  @Override
  public List<Verdict> alone(BenchmarkServers lab) throws Exception {
    URI etcd = lab.etcd();
    List<String> stores = new ArrayList<>(lab.s3().stream().map(S3Target::name).toList());
    if (lab.settings().targets().contains("directory")) {
      stores.add("directory");
    }
    List<Verdict> verdicts = new ArrayList<>();
    for (String store : stores) {
      lab.progress().println("heap of a backup → " + store);
      backUp(lab, "backup " + store + ' ' + etcd, store);
      WarmJvm.Answer backup = backUp(lab, "heap backup " + store + ' ' + etcd, store);
      double mib = backup.peakHeapBytes() / (double) (1 << 20);
      verdicts.add(
          Verdict.alone(name(), "live heap of a backup → " + store, "MiB", List.of(mib), BAR_MIB));
    }
    return verdicts;
  }

  private WarmJvm.Answer backUp(BenchmarkServers lab, String command, String store)
      throws Exception {
    WarmJvm.Answer backup = lab.warm(name()).ask(command);
    lab.warm(name()).ask("delete " + store + ' ' + backup.result());
    return backup;
  }
}
