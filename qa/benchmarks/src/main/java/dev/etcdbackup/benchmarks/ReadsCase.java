package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whatever the command line tool reads out of a snapshot, with a heap of 96 MiB. A command that
 * needs more fails, and the batch with it.
 */
final class ReadsCase implements Case {
  private static final Map<String, String> SMALL_HEAP = Map.of("JAVA_OPTS", "-Xmx96m");

  @Override
  public String name() {
    return "reads";
  }

  @Override
  public List<Verdict> alone(BenchmarkServers lab) throws Exception {
    URI etcd = lab.etcd();
    Peers.saveNow(lab);
    String file = Peers.saved(lab).toString();
    Path other = lab.file("other.db");
    Files.copy(Peers.saved(lab), other);
    String store = "--store=file://" + Files.createDirectories(lab.file("reads"));
    run(lab, List.of("create", "reads", "--etcd=" + etcd, store));
    Path part = lab.file("part");
    Map<String, List<String>> commands = new LinkedHashMap<>();
    commands.put(
        "restore --prefix",
        List.of("restore", file, "--prefix=/registry/pods/team-7/", "--data-dir=" + part));
    commands.put("keys", List.of("keys", file));
    commands.put("usage", List.of("usage", file));
    commands.put("diff", List.of("diff", file, other.toString()));
    commands.put("diff --stat", List.of("diff", file, other.toString(), "--stat"));
    commands.put("diff --live", List.of("diff", file, "--live=" + etcd));
    commands.put(
        "history", List.of("history", "/registry/pods/team-7/web-7", "--project=reads", store));
    commands.put("kube list", List.of("kube", "list", file));
    List<Verdict> verdicts = new ArrayList<>();
    for (Map.Entry<String, List<String>> command : commands.entrySet()) {
      lab.progress().println(command.getKey() + " in a heap of 96 MiB");
      Measurement cost = run(lab, command.getValue());
      String title = command.getKey() + " with -Xmx96m";
      List<Double> mib = List.of(cost.peakRssBytes() / (double) (1 << 20));
      verdicts.add(
          Verdict.alone(name(), title + ", wall time", "s", List.of(cost.seconds()), null));
      verdicts.add(Verdict.alone(name(), title + ", peak RSS", "MiB", mib, null));
    }
    return verdicts;
  }

  private static Measurement run(BenchmarkServers lab, List<String> arguments) throws Exception {
    List<String> words = new ArrayList<>(List.of("./run", "cli"));
    words.addAll(arguments);
    return new Command(words, SMALL_HEAP).run(lab.log("reads-" + arguments.get(0)));
  }
}
