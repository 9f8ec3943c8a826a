package dev.etcdbackup.benchmarks;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * What people do without the library: {@code etcdctl snapshot save} to a file, then a copy of it.
 * Their steps are shared by cases, and a save serves all copies of its round.
 */
final class Peers {
  static final String SAVE = "etcdctl save";

  private static final String KEY = "peer/snapshot.db";

  private Peers() {}

  /** Adds the save to a file. */
  static void save(BenchmarkServers lab, Batch batch) throws Exception {
    lab.etcd();
    batch.add(Step.cold(SAVE, () -> saveNow(lab)));
  }

  /** Saves to the file. */
  static Measurement saveNow(BenchmarkServers lab) throws Exception {
    return save(lab, lab.etcd(), saved(lab));
  }

  /** Saves what an etcd holds to a file. */
  static Measurement save(BenchmarkServers lab, URI etcd, Path file) throws Exception {
    List<String> words =
        List.of(
            BenchmarkServers.etcdProgram("etcdctl"),
            "--endpoints",
            etcd.toString(),
            "snapshot",
            "save",
            file.toString());
    Files.deleteIfExists(file);
    return new Command(words, Map.of("ETCDCTL_API", "3")).run(lab.log("etcdctl"));
  }

  /** Adds a look at the file by {@code etcdutl}, or the older tool. */
  static String status(BenchmarkServers lab, Batch batch) {
    String tool = snapshotTool();
    String step = tool + " snapshot status";
    List<String> words =
        List.of(BenchmarkServers.etcdProgram(tool), "snapshot", "status", saved(lab).toString());
    Command command = new Command(words, Map.of("ETCDCTL_API", "3"));
    batch.add(Step.cold(step, () -> command.run(lab.log(tool))));
    return step;
  }

  /** Adds the restore of the file into a data directory by {@code etcdutl}, or the older tool. */
  static String restore(BenchmarkServers lab, Batch batch) {
    String tool = snapshotTool();
    Path directory = lab.file("restored-by-" + tool);
    List<String> words =
        List.of(
            BenchmarkServers.etcdProgram(tool),
            "snapshot",
            "restore",
            saved(lab).toString(),
            "--data-dir",
            directory.toString());
    Command command = new Command(words, Map.of("ETCDCTL_API", "3"));
    String step = tool + " snapshot restore";
    batch.add(
        Step.cold(
            step,
            () -> {
              Measurement cost = command.run(lab.log(tool));
              BenchmarkServers.delete(directory);
              return cost;
            }));
    return step;
  }

  /** What looks into snapshots and restores them: {@code etcdctl} before 3.5. */
  private static String snapshotTool() {
    return Program.isThere(BenchmarkServers.etcdProgram("etcdutl")) ? "etcdutl" : "etcdctl";
  }

  /** Adds the SHA-256 of the file. */
  static String sha256(BenchmarkServers lab, Batch batch) {
    Command command =
        new Command(List.of("openssl", "dgst", "-sha256", saved(lab).toString()), Map.of());
    batch.add(Step.cold("openssl dgst -sha256", () -> command.run(lab.log("openssl"))));
    return "openssl dgst -sha256";
  }

  /** Adds the save and the copies of it to a target; what each peer does, one list each. */
  static List<List<String>> saveAndUpload(BenchmarkServers lab, Batch batch, S3Target target)
      throws Exception {
    save(lab, batch);
    List<List<String>> peers = new ArrayList<>();
    for (Copier copier : lab.copiers()) {
      String step = copier.program() + " → " + target.name();
      Command command = copier.upload(saved(lab), target, KEY);
      batch.add(
          Step.cold(
              step,
              () -> {
                Measurement cost = command.run(lab.log(copier.program()));
                delete(target, KEY);
                return cost;
              }));
      peers.add(List.of(SAVE, step));
    }
    return peers;
  }

  /** Adds the copies of an object to a file; what each peer does, one list each. */
  static List<List<String>> download(BenchmarkServers lab, Batch batch, S3Target target, String key)
      throws Exception {
    List<List<String>> peers = new ArrayList<>();
    for (Copier copier : lab.copiers()) {
      String step = copier.program() + " ← " + target.name();
      Path file = lab.file("downloaded.db");
      Command command = copier.download(target, key, file);
      batch.add(
          Step.cold(
              step,
              () -> {
                Measurement cost = command.run(lab.log(copier.program()));
                Files.delete(file);
                return cost;
              }));
      peers.add(List.of(step));
    }
    return peers;
  }

  static void delete(S3Target target, String key) {
    delete(target, List.of(key));
  }

  static void delete(S3Target target, List<String> keys) {
    try (S3Client client = target.client()) {
      for (String key : keys) {
        client.deleteObject(r -> r.bucket(target.bucket()).key(key));
      }
    }
  }

  /** The file that is saved to, anew in each round. */
  static Path saved(BenchmarkServers lab) {
    return lab.file("saved.db");
  }
}
