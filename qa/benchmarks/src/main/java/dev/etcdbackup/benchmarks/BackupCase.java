package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A backup by an embedded, warm JVM: to S3 beside a save and an upload, to nowhere and to a
 * directory beside a save.
 */
final class BackupCase implements Case {
  /** Reading from etcd, and SHA-256. */
  private static final double SOURCE_CPU_BAR = 1.3;

  /** Sending over http, and the SHA-256 that signs it. */
  private static final double UPLOAD_CPU_BAR = 1.2;

  private static final String DISCARD = "warm backup → discard";
  private static final String RECEIVE = "bare loop: socket, SHA-256";
  private static final String SEND = "bare loop: SHA-256, socket";

  @Override
  public String name() {
    return "backup";
  }

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    Peers.save(lab, batch);
    servers(lab, batch, Peers.SAVE);
    boolean discards = lab.settings().targets().contains("discard");
    if (discards) {
      bareLoops(lab, batch);
    }
    for (String store : List.of("discard", "directory")) {
      if (lab.settings().targets().contains(store)) {
        String ours = warmBackup(lab, batch, store);
        Double bar = store.equals("discard") ? 0.50 : null;
        batch.add(wall("warm backup → " + store, ours, List.of(List.of(Peers.SAVE)), bar));
      }
    }
    if (discards) {
      String title = "client CPU of source and SHA-256";
      batch.add(cpu(lab, title, DISCARD, null, SOURCE_CPU_BAR));
      batch.add(cpu(lab, "client CPU, " + RECEIVE, RECEIVE, null, null));
      servers(lab, batch, DISCARD);
    }
    for (S3Target target : lab.s3()) {
      List<List<String>> peers = Peers.saveAndUpload(lab, batch, target);
      String ours = warmBackup(lab, batch, target.name());
      if (!peers.isEmpty()) {
        batch.add(wall("warm backup → " + target.name(), ours, peers, 0.65));
        batch.add(
            new Comparison(
                name(),
                "client CPU, warm backup → " + target.name(),
                Measurement::cpuSeconds,
                ours,
                peers,
                1.0));
      }
      if (discards) {
        String title = "client CPU of the upload → " + target.name();
        batch.add(cpu(lab, title, ours, DISCARD, UPLOAD_CPU_BAR));
        batch.add(cpu(lab, "client CPU, " + SEND, SEND, null, null));
      }
      servers(lab, batch, ours);
    }
  }

  private Comparison wall(
      String title, String ours, List<List<String>> peers, @Nullable Double bar) {
    return new Comparison(name(), title, Measurement::seconds, ours, peers, bar);
  }

  /** What the client alone takes, whatever the servers take of the same processors. */
  private OwnCost cpu(
      BenchmarkServers lab,
      String title,
      String step,
      @Nullable String without,
      @Nullable Double bar) {
    double gibibytes = gibibytes(lab);
    return new OwnCost(
        name(), title, "s/GiB", run -> run.cpuSeconds() / gibibytes, step, without, bar);
  }

  /** What each server takes meanwhile. A server that takes next to nothing has no row. */
  private void servers(BenchmarkServers lab, Batch batch, String step) throws Exception {
    double gibibytes = gibibytes(lab);
    for (String program : lab.serverCpu().seconds().keySet()) {
      if (!program.equals("etcd") && (!step.endsWith("rgw") || program.equals("ceph-mon"))) {
        continue;
      }
      String title = "CPU of " + program + ", " + step;
      ToDoubleFunction<Measurement> cost = run -> run.serverSeconds(program) / gibibytes;
      batch.add(new OwnCost(name(), title, "s/GiB", cost, step, null, null));
    }
  }

  private static double gibibytes(BenchmarkServers lab) {
    return lab.settings().bytes() / (double) (1 << 30);
  }

  /** What no client can do without: bytes over a socket, and their SHA-256. */
  private void bareLoops(BenchmarkServers lab, Batch batch) throws Exception {
    Loopback loopback = Loopback.start();
    lab.closeAtTheEnd(loopback);
    WarmJvm warm = lab.warm("bare");
    String arguments = " " + loopback.port() + ' ' + lab.settings().bytes();
    batch.add(new Step(RECEIVE, 3, () -> warm.ask("receive" + arguments).cost()));
    batch.add(new Step(SEND, 3, () -> warm.ask("send" + arguments).cost()));
  }

  private String warmBackup(BenchmarkServers lab, Batch batch, String store) throws Exception {
    URI etcd = lab.etcd();
    WarmJvm warm = lab.warm(name());
    String step = "warm backup → " + store;
    batch.add(
        new Step(
            step,
            lab.settings().warmUps(),
            () -> {
              WarmJvm.Answer backup = warm.ask("backup " + store + ' ' + etcd);
              warm.ask("delete " + store + ' ' + backup.result());
              return backup.cost();
            }));
    return step;
  }
}
