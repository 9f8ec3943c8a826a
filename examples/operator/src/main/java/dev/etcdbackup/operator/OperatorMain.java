package dev.etcdbackup.operator;

import dev.etcdbackup.operator.restore.StatefulSetRestorer;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator as a process. Which stores and clusters there are is in the resources and their
 * Secrets. {@code WATCH_NAMESPACES} names the namespaces that it watches, separated by commas; all
 * by default. {@code TOOL_IMAGE} is the image for the Jobs of restores, which are refused without
 * it. {@code GET /healthz} at port 8080, or that of {@code HEALTH_PORT}, says whether it runs. One
 * replica: two would take each backup twice.
 */
public final class OperatorMain {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorMain.class);
  private static final Duration GRACE = Duration.ofSeconds(20);

  private OperatorMain() {}

  /**
   * Runs until SIGTERM; then backups under way have 20 seconds.
   *
   * @param args none
   * @throws IOException when the port is taken
   */
  public static void main(String[] args) throws IOException {
    KubernetesClient client = new KubernetesClientBuilder().build();
    BackupOperator.Builder builder =
        BackupOperator.builder(client)
            .namespaces(namespaces(System.getenv().getOrDefault("WATCH_NAMESPACES", "")))
            .instance(System.getenv().getOrDefault("HOSTNAME", "operator"));
    String image = System.getenv("TOOL_IMAGE");
    if (image != null && !image.isEmpty()) {
      builder.restorer(new StatefulSetRestorer(client, image));
    }
    BackupOperator operator = builder.build();
    int port = Integer.parseInt(System.getenv().getOrDefault("HEALTH_PORT", "8080"));
    HealthServer health = HealthServer.start(port, operator::isHealthy);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  operator.stop(GRACE);
                  health.close();
                  client.close();
                }));
    try {
      operator.start();
    } catch (RuntimeException e) { // the threads of others would keep the process
      LOG.error("the operator cannot start", e);
      System.exit(1);
    }
  }

  private static Set<String> namespaces(String names) {
    return Arrays.stream(names.split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }
}
