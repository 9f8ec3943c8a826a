package dev.etcdbackup.benchmarks;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The command line tool, a new JVM each time: beside a save and an upload, and what commands cost
 * that do little.
 */
final class ColdCase implements Case {
  private static final String PROJECT = "bench";
  private static final String BACKUP = "cold.db";

  @Override
  public String name() {
    return "cold";
  }

  /** What little commands may take, in seconds of CPU. */
  private static final double HELP_BAR = 0.3;

  private static final double LIST_BAR = 0.5;
  private static final double STATUS_BAR = 0.6;

  @Override
  public void join(BenchmarkServers lab, Batch batch) throws Exception {
    if (lab.s3().isEmpty()) {
      return;
    }
    S3Target target = lab.s3().get(0);
    List<List<String>> peers = Peers.saveAndUpload(lab, batch, target);
    String step = "cold create → " + target.name();
    Command create = create(lab.etcd(), target);
    batch.add(
        Step.cold(
            step,
            () -> {
              Measurement cost = create.run(lab.log("create"));
              Peers.delete(target, PROJECT + '/' + BACKUP);
              return cost;
            }));
    if (!peers.isEmpty()) {
      String title = "./run cli create → " + target.name();
      batch.add(new Comparison(name(), title, Measurement::seconds, step, peers, 0.90));
    }
    littleCommands(lab, batch, target);
  }

  private void littleCommands(BenchmarkServers lab, Batch batch, S3Target target) throws Exception {
    Path small = lab.file("small.db");
    try (EtcdServer empty = EtcdServer.start()) {
      Peers.save(lab, empty.endpoint(), small);
    }
    Map<String, String> environment = target.awsEnvironment();
    little(lab, batch, "--help", new Command(cli("--help"), environment), HELP_BAR);
    List<String> list = cli(onStore(target, "list", PROJECT));
    little(lab, batch, "list ← " + target.name(), new Command(list, environment), LIST_BAR);
    List<String> status = cli("status", small.toString());
    little(lab, batch, "status of a small file", new Command(status, environment), STATUS_BAR);
  }

  private void little(BenchmarkServers lab, Batch batch, String what, Command command, double bar) {
    String step = "cold " + what;
    batch.add(Step.cold(step, () -> command.run(lab.log("little"))));
    batch.add(
        new OwnCost(
            name(), "CPU, ./run cli " + what, "s", Measurement::cpuSeconds, step, null, bar));
  }

  private static String[] onStore(S3Target target, String... words) {
    return Stream.of(
            words,
            new String[] {
              "--store", "s3://" + target.bucket(), "--s3-endpoint", target.endpoint().toString()
            })
        .flatMap(Arrays::stream)
        .toArray(String[]::new);
  }

  private static List<String> cli(String... arguments) {
    return Stream.concat(Stream.of("./run", "cli"), Arrays.stream(arguments)).toList();
  }

  private static Command create(URI etcd, S3Target target) {
    String[] words =
        onStore(target, "create", PROJECT, "--name", BACKUP, "--etcd", etcd.toString());
    return new Command(cli(words), target.awsEnvironment());
  }
}
