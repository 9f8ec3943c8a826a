package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.util.List;

/** The command line tool, a new JVM each time, beside a save and an upload. */
final class ColdCase implements Case {
  private static final String PROJECT = "bench";
  private static final String BACKUP = "cold.db";

  @Override
  public String name() {
    return "cold";
  }

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
      batch.add(new Comparison(name(), title, Measurement::seconds, step, peers, 1.0));
    }
  }

  private static Command create(URI etcd, S3Target target) {
    List<String> words =
        List.of(
            "./run",
            "cli",
            "create",
            PROJECT,
            "--name",
            BACKUP,
            "--etcd",
            etcd.toString(),
            "--store",
            "s3://" + target.bucket(),
            "--s3-endpoint",
            target.endpoint().toString());
    return new Command(words, target.awsEnvironment());
  }
}
