package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Fifty clusters of 64 MiB, eight at a time, by one warm JVM: beside a shell that saves and uploads
 * eight at a time. One etcd stands for all clusters, each of which is a project.
 */
final class ClustersCase implements Case {
  private static final int CLUSTERS = 50;
  private static final int AT_ONCE = 8;
  private static final int MIB_EACH = 64;
  private static final double BAR = 0.8;
  private static final double HEAP_BAR_MIB = AT_ONCE * MIB_EACH;

  /** A JVM that would fail at the goal for the heap, and a little for what it holds anyway. */
  private static final List<String> FLAGS = List.of("-Xmx" + (AT_ONCE * MIB_EACH + 64) + "m");

  /** Replaced by the number of the cluster, wherever it occurs. */
  private static final String NUMBER = "NUMBER";

  private static final String LOOP =
      """
      count=$1 at_once=$2; shift 2
      seq 1 "$count" | xargs -P "$at_once" -I NUMBER sh -c '
        file=$1
        "$2" --endpoints "$3" snapshot save "$file" && shift 3 && "$@" && rm "$file"' loop "$@"
      """;

  @Override
  public String name() {
    return "clusters";
  }

  @Override
  public long storedBytes(long databaseBytes) {
    return ((long) CLUSTERS * MIB_EACH) << 20;
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    if (lab.s3().isEmpty()) {
      return;
    }
    S3Target target = lab.s3().get(0);
    URI etcd = smallEtcd(lab);
    WarmJvm warm = lab.warm(FLAGS, name());
    String ours = CLUSTERS + " clusters → " + target.name();
    batch.add(new Step(ours, 1, () -> backUpAll(warm, "", target, etcd).cost()));
    List<List<String>> peers = new ArrayList<>();
    for (Copier copier : lab.copiers()) {
      String step = CLUSTERS + " × (save, " + copier.program() + ") → " + target.name();
      Command loop = loop(lab, etcd, copier, target);
      batch.add(
          Step.cold(
              step,
              () -> {
                Measurement cost = loop.run(lab.log("loop"));
                Peers.delete(
                    target,
                    IntStream.rangeClosed(1, CLUSTERS)
                        .mapToObj(number -> key(Integer.toString(number)))
                        .toList());
                return cost;
              }));
      peers.add(List.of(step));
    }
    if (!peers.isEmpty()) {
      String title = ours + ", " + MIB_EACH + " MiB each, " + AT_ONCE + " at a time";
      batch.add(new Comparison(name(), title, Measurement::seconds, ours, peers, BAR));
    }
  }

  @Override
  public List<Verdict> alone(BenchmarkServers lab) throws Exception {
    if (lab.s3().isEmpty()) {
      return List.of();
    }
    S3Target target = lab.s3().get(0);
    WarmJvm.Answer watched = backUpAll(lab.warm(FLAGS, name()), "heap ", target, smallEtcd(lab));
    return List.of(
        Verdict.alone(
            name(),
            "live heap, " + AT_ONCE + " of " + CLUSTERS + " clusters at a time",
            "MiB",
            List.of(watched.peakHeapBytes() / (double) (1 << 20)),
            HEAP_BAR_MIB));
  }

  private static WarmJvm.Answer backUpAll(WarmJvm warm, String how, S3Target target, URI etcd)
      throws Exception {
    WarmJvm.Answer made =
        warm.ask(how + "clusters " + target.name() + ' ' + etcd + ' ' + CLUSTERS + ' ' + AT_ONCE);
    for (String key : made.result().split(",", -1)) {
      warm.ask("delete " + target.name() + ' ' + key);
    }
    return made;
  }

  private static Command loop(BenchmarkServers lab, URI etcd, Copier copier, S3Target target) {
    Path file = lab.file("cluster-" + NUMBER + ".db");
    Command upload = copier.upload(file, target, key(NUMBER));
    List<String> words = new ArrayList<>(List.of("bash", "-c", LOOP, "loop"));
    words.addAll(List.of(Integer.toString(CLUSTERS), Integer.toString(AT_ONCE), file.toString()));
    words.addAll(List.of(BenchmarkServers.etcdProgram("etcdctl"), etcd.toString()));
    words.addAll(upload.words());
    Map<String, String> environment = new HashMap<>(upload.environment());
    environment.put("ETCDCTL_API", "3");
    return new Command(words, environment);
  }

  private static String key(String number) {
    return "peer/cluster-" + number + ".db";
  }

  private static URI smallEtcd(BenchmarkServers lab) throws Exception {
    return lab.etcd("small database", (long) MIB_EACH << 20);
  }
}
