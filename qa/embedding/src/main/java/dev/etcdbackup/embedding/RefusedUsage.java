package dev.etcdbackup.embedding;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Uses an operator whose gRPC and protobuf do not fit: each backup has to fail with one line that
 * names these libraries and says what to do. The operator itself, and its Kubernetes client, work.
 */
final class RefusedUsage implements Usage {
  private static final String REFUSAL = "the libraries of this application do not fit together";

  private final KubernetesUsage usage;
  private final Path log;

  RefusedUsage(KubernetesUsage usage, Path log) {
    this.usage = usage;
    this.log = log;
  }

  @Override
  public Map<String, String> environment() {
    return usage.environment();
  }

  @Override
  public String run(Application application) throws Exception {
    usage.create();
    application.await("the reason in the status", () -> usage.status("problem") != null);
    String problem = String.valueOf(usage.status("problem"));
    for (String part : List.of(REFUSAL, "found grpc-", "protobuf-java-", "backup-etcd-shaded")) {
      if (!problem.contains(part)) {
        throw new AssertionError("the reason lacks '" + part + "': " + problem);
      }
    }
    HttpUsage.requireEqual("the backups stored", List.of(), usage.cluster().names());
    long said = Files.readAllLines(log).stream().filter(line -> line.contains(REFUSAL)).count();
    HttpUsage.requireEqual("lines of the log with the reason", 1L, said);
    return "refused: " + problem.substring(problem.indexOf(REFUSAL));
  }

  @Override
  public void close() {
    usage.close();
  }
}
