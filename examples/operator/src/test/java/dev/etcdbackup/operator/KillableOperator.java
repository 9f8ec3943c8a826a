package dev.etcdbackup.operator;

import dev.etcdbackup.operator.restore.ProcessRestorer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The operator as a process of its own, with members that are processes of this machine. */
final class KillableOperator {
  private KillableOperator() {}

  /**
   * Runs until it is killed.
   *
   * @param args the peer URLs of the members, then their client URLs, each with commas
   */
  public static void main(String[] args) throws InterruptedException {
    KubernetesClient client = new KubernetesClientBuilder().build();
    BackupOperator operator =
        BackupOperator.builder(client)
            .restorer(
                ProcessRestorer.of(
                    client, List.of(args[0].split(",")), List.of(args[1].split(","))))
            .build();
    operator.start();
    Thread.currentThread().join();
  }

  /** Starts a main class of the operator before an API server. */
  static Process start(Class<?> main, String api, Path directory, String... args)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("KUBE"));
    builder.environment().put("KUBERNETES_MASTER", api);
    builder.environment().put("KUBERNETES_REQUEST_RETRY_BACKOFFLIMIT", "0");
    builder.environment().put("HEALTH_PORT", "0");
    Process process = builder.start();
    process.getOutputStream().close();
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    return process;
  }
}
