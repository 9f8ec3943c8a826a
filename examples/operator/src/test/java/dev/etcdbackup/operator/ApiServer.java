package dev.etcdbackup.operator;

import dev.etcdbackup.testkit.Fixtures;
import dev.etcdbackup.testkit.etcd.EtcdCertificates;
import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real API server of Kubernetes for custom resources, k8s.io/apiextensions-apiserver, over a real
 * etcd, on 127.0.0.1 at a port that the system chose, with a certificate authority of its own. It
 * has no other kinds: no Secrets, no pods.
 */
final class ApiServer implements AutoCloseable {
  /** The directory of the program, as {@code fixtures/apiserver} prints it. */
  static final String VARIABLE = "ETCDBACKUP_APISERVER_BIN";

  private static final String PROGRAM = "apiextensions-apiserver";

  private final Path program;
  private final EtcdServer etcd;
  private final boolean ownsEtcd;
  private final EtcdCertificates certificates;
  private final Path directory;
  private final int port;
  private final Administrator administrator;
  private Process process;

  private ApiServer(Path program, EtcdServer etcd, boolean ownsEtcd) throws IOException {
    this.program = program;
    this.etcd = etcd;
    this.ownsEtcd = ownsEtcd;
    this.certificates = EtcdCertificates.shared();
    this.directory = Files.createTempDirectory("apiserver");
    this.administrator = Administrator.create(directory);
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
    this.process = launch();
  }

  /** Starts one over an etcd of its own, and returns when it answers. */
  static ApiServer start() throws IOException {
    Path program = program();
    EtcdServer etcd = EtcdServer.start();
    try {
      return new ApiServer(program, etcd, true).ready();
    } catch (IOException | RuntimeException | Error e) {
      etcd.close();
      throw e;
    }
  }

  /** Starts another one over the same etcd. */
  ApiServer second() throws IOException {
    return new ApiServer(program, etcd, false).ready();
  }

  private static Path program() {
    String directory = System.getenv(VARIABLE);
    if (directory == null || directory.isEmpty() || directory.equals("none")) {
      if ("none".equals(directory)) {
        System.err.println("SKIPPED: no test runs on a real API server: " + VARIABLE + " is none");
        return Assumptions.abort(VARIABLE + " is none");
      }
      throw Fixtures.missing(
          VARIABLE
              + " is not set; run: export "
              + VARIABLE
              + "=$(fixtures/apiserver target/apiserver)");
    }
    return Path.of(directory, PROGRAM).toAbsolutePath();
  }

  private Process launch() throws IOException {
    Path kubeconfig =
        Files.writeString(
            directory.resolve("kubeconfig"),
            """
            {"apiVersion": "v1", "kind": "Config", "current-context": "c",
             "clusters": [{"name": "c", "cluster": {"server": "%s", "certificate-authority": "%s"}}],
             "users": [{"name": "c", "user": {"client-certificate": "%s", "client-key": "%s"}}],
             "contexts": [{"name": "c", "context": {"cluster": "c", "user": "c"}}]}
            """
                .formatted(
                    url(), certificates.ca(), administrator.certificate(), administrator.key()));
    List<String> command =
        List.of(
            program.toString(),
            "--etcd-servers=" + etcd.endpoint(),
            "--bind-address=127.0.0.1",
            "--secure-port=" + port,
            "--cert-dir=" + directory,
            "--tls-cert-file=" + certificates.server(),
            "--tls-private-key-file=" + certificates.serverKey(),
            "--client-ca-file=" + administrator.certificate(),
            "--kubeconfig=" + kubeconfig,
            "--authentication-kubeconfig=" + kubeconfig,
            "--authorization-kubeconfig=" + kubeconfig,
            "--authentication-skip-lookup",
            "--authorization-always-allow-paths=/*",
            "--enable-priority-and-fairness=false",
            "--disable-admission-plugins=NamespaceLifecycle,MutatingAdmissionWebhook,"
                + "ValidatingAdmissionWebhook,ValidatingAdmissionPolicy,MutatingAdmissionPolicy");
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    started.getOutputStream().close();
    Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
    return started;
  }

  private Path log() {
    return directory.resolve("log");
  }

  String url() {
    return "https://127.0.0.1:" + port;
  }

  /** Returns a new client, to be closed by the caller. */
  KubernetesClient client() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(Config.empty())
                .withMasterUrl(url())
                .withCaCertFile(certificates.ca().toString())
                .withClientCertFile(administrator.certificate().toString())
                .withClientKeyFile(administrator.key().toString())
                .withClientKeyAlgo("EC")
                .withRequestRetryBackoffLimit(0)
                .withRequestTimeout(20_000)
                .build())
        .build();
  }

  private ApiServer ready() throws IOException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    try (KubernetesClient client = client()) {
      while (true) {
        try {
          client.apiextensions().v1().customResourceDefinitions().list();
          return this;
        } catch (RuntimeException notYet) {
          if (!process.isAlive() || System.nanoTime() > end) {
            process.destroyForcibly();
            throw new IOException("the API server does not answer: " + tail(), notYet);
          }
          TimeUnit.MILLISECONDS.sleep(100);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private String tail() throws IOException {
    List<String> lines = Files.readAllLines(log());
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
  }

  /** Kills it: all connections end. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Waits until another thread has killed it. */
  void killed() {
    process.onExit().join();
  }

  /** Starts it again at the same address, with what etcd holds. */
  void startAgain() throws IOException {
    process = launch();
    ready();
  }

  /** Copies what etcd holds into a new directory; what was asked for meanwhile fails. */
  Path save() throws IOException {
    Path saved = directory.resolve("saved");
    kill();
    etcd.kill();
    copy(etcd.dataDir(), saved);
    etcd.restart();
    startAgain();
    return saved;
  }

  /** Starts it again with what etcd held when it was saved. */
  void restore(Path saved) throws IOException {
    kill();
    etcd.kill();
    try (Stream<Path> files = Files.walk(etcd.dataDir())) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    copy(saved, etcd.dataDir());
    etcd.restart();
    startAgain();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  private static boolean isServed(KubernetesClient client, CustomResourceDefinition definition) {
    try {
      client
          .genericKubernetesResources(CustomResourceDefinitionContext.fromCrd(definition))
          .inAnyNamespace()
          .list();
      return true;
    } catch (KubernetesClientException stillInitializing) {
      return false;
    }
  }

  /** Installs definitions, or changes them, and waits until they are served. */
  static void apply(KubernetesClient client, CustomResourceDefinition... definitions)
      throws Exception {
    for (CustomResourceDefinition definition : definitions) {
      client.resource(definition).serverSideApply();
    }
    for (CustomResourceDefinition definition : definitions) {
      Await.until("served", () -> isServed(client, definition));
    }
  }

  /** The definitions that are delivered. */
  static CustomResourceDefinition[] definitions() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("../../deploy/crds"))) {
      return files
          .filter(
              file ->
                  file.toString().contains("etcd.database")
                      || file.toString().contains("etcdbackup.dev"))
          .sorted()
          .map(ApiServer::read)
          .toArray(CustomResourceDefinition[]::new);
    }
  }

  private static CustomResourceDefinition read(Path file) {
    try {
      return Serialization.unmarshal(Files.readString(file), CustomResourceDefinition.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    kill();
    if (ownsEtcd) {
      etcd.close();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
