package dev.etcdbackup.benchmarks;

import dev.etcdbackup.snapshot.HashKv;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A data directory made of a base and as many changes as the database has KiB, beside one of the
 * base alone, and beside the same made by Gardener's tool, which recorded the same load.
 */
final class ReplayFigures {
  private static final String PROJECT = "replay";
  private static final int PUTS_IN_TRANSACTION = 64;
  private static final int VALUE_BYTES = 100;
  private static final double BAR = 1.3;
  private static final double BAR_SECONDS = 15;
  private static final double HEAP_BAR_MIB = 128;
  private static final int MOST_PEER_ROUNDS = 3; // each takes it half a minute at 1 GiB
  private static final double PEER_BAR = 1.0 / 3;

  private final BenchmarkServers lab;
  private final String what;
  private final int changes;
  private final List<Verdict> verdicts = new ArrayList<>();
  private final Path dataDir;

  ReplayFigures(BenchmarkServers lab) {
    this.lab = lab;
    this.changes = (int) (lab.settings().bytes() >> 10);
    this.what = "restore of a base and " + changes + " changes";
    this.dataDir = lab.file("replayed");
  }

  List<Verdict> measure() throws Exception {
    URI etcd = lab.etcd();
    LiveMember member = new LiveMember(etcd);
    Optional<Gardener> peer = Gardener.find(lab);
    record(etcd, member, peer);
    HashKv live = member.hashKv();
    besideTheBaseAlone();
    WarmJvm.Answer watched =
        lab.warm("changes-replay").ask("heap replay all directory replay " + dataDir);
    double mib = watched.peakHeapBytes() / (double) (1 << 20);
    add("live heap, " + what, "MiB", List.of(mib), HEAP_BAR_MIB);
    RestoredDatabase ours = RestoredDatabase.read(dataDir);
    ours.requireAllOf(live);
    BenchmarkServers.delete(dataDir);
    if (peer.isPresent()) {
      beside(peer.get(), live, ours);
    }
    return verdicts;
  }

  private void record(URI etcd, LiveMember member, Optional<Gardener> peer) throws Exception {
    PutLoad load = new PutLoad(changes / PUTS_IN_TRANSACTION, PUTS_IN_TRANSACTION, VALUE_BYTES, 0);
    lab.progress().println("changes: recording " + changes);
    RecorderJvm recorder = new RecorderJvm(lab, PROJECT, etcd);
    recorder.catchUp(); // takes the base
    if (peer.isPresent()) {
      peer.get().begin(etcd);
    }
    long until = member.revision() + 1 + load.revisions();
    CompletableFuture<WarmJvm.Answer> recorded = recorder.until(until);
    member.putWithLease("leased");
    PutLoad.Written unused = load.run(etcd, lab.progress());
    WarmJvm.Answer stored = recorded.get();
    lab.progress()
        .println("changes: recorded " + stored.result().split(",", -1).length + " objects");
    if (peer.isPresent()) {
      peer.get().end(until);
    }
  }

  private void besideTheBaseAlone() throws Exception {
    List<Double> beyond = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round <= lab.settings().pairs(); round++) {
      double alone = restored("base").seconds();
      double all = restored("all").seconds();
      lab.progress().printf("changes: base alone %.2f s, with changes %.2f s%n", alone, all);
      if (round > 0) { // the first one warms up
        beyond.add(all - BAR * alone);
        ratios.add(all / alone);
      }
    }
    add(what + ", beyond 1.3 × the base alone", "s", beyond, BAR_SECONDS);
    add(what + ", beside the base alone", "×", ratios, null);
  }

  private void beside(Gardener peer, HashKv live, RestoredDatabase ours) throws Exception {
    List<Measurement> theirs = new ArrayList<>();
    List<Measurement> warm = new ArrayList<>();
    List<Measurement> cold = new ArrayList<>();
    int rounds = Math.min(lab.settings().pairs(), MOST_PEER_ROUNDS);
    for (int round = 0; round <= rounds; round++) {
      Measurement their = peer.restore(dataDir);
      if (round == 0) {
        tellWhatIsLost(RestoredDatabase.read(dataDir), live, ours);
      }
      BenchmarkServers.delete(dataDir);
      Measurement fresh = restoredByTheTool(live.revision());
      Measurement embedded = restored("all");
      lab.progress()
          .printf(
              "changes: etcdbrctl %.2f s, tool %.2f s, embedded %.2f s%n",
              their.seconds(), fresh.seconds(), embedded.seconds());
      if (round > 0) { // the first one warms up
        theirs.add(their);
        warm.add(embedded);
        cold.add(fresh);
      }
    }
    compare("embedded " + what, Measurement::seconds, warm, theirs, PEER_BAR);
    compare("./run cli " + what, Measurement::seconds, cold, theirs, PEER_BAR);
    compare("peak RSS, embedded " + what, Measurement::peakRssBytes, warm, theirs, null);
  }

  private void tellWhatIsLost(RestoredDatabase theirs, HashKv live, RestoredDatabase ours) {
    String equal = theirs.hash().hash() == live.hash() ? "has" : "does not have";
    lab.note(
        "of the same load etcdbrctl restores "
            + theirs
            + ", which "
            + equal
            + " the HashKV of the live member; this library restores "
            + ours
            + ", which has it");
  }

  private Measurement restored(String what) throws Exception {
    WarmJvm.Answer answer =
        lab.warm("changes-replay").ask("replay " + what + " directory replay " + dataDir);
    BenchmarkServers.delete(dataDir);
    return answer.cost();
  }

  private Measurement restoredByTheTool(long revision) throws Exception {
    List<String> words =
        List.of(
            "./run",
            "cli",
            "restore",
            PROJECT,
            "--to-revision=" + revision,
            "--data-dir=" + dataDir,
            "--store=" + lab.file("directory").toUri());
    Measurement cost = new Command(words, Map.of()).run(lab.log("restore"));
    BenchmarkServers.delete(dataDir);
    return cost;
  }

  private void compare(
      String title,
      ToDoubleFunction<Measurement> cost,
      List<Measurement> ours,
      List<Measurement> theirs,
      @Nullable Double bar) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < ours.size(); i++) {
      ratios.add(cost.applyAsDouble(ours.get(i)) / cost.applyAsDouble(theirs.get(i)));
    }
    verdicts.add(new Verdict("changes", title, "etcdbrctl restore", "×", ratios, bar));
  }

  private void add(String title, String unit, List<Double> values, @Nullable Double bar) {
    verdicts.add(Verdict.alone("changes", title, unit, values, bar));
  }
}
