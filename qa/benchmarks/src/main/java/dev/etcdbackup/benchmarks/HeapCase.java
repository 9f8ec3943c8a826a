package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The heap a backup takes while it runs, garbage left aside, beyond what the JVM had before. */
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
      WarmJvm.Answer backup = lab.warm(name()).ask("heap backup " + store + ' ' + etcd);
      lab.warm(name()).ask("delete " + store + ' ' + backup.result());
      double mib = backup.peakHeapBytes() / (double) (1 << 20);
      verdicts.add(
          Verdict.alone(name(), "live heap of a backup → " + store, "MiB", List.of(mib), BAR_MIB));
    }
    return verdicts;
  }
}
