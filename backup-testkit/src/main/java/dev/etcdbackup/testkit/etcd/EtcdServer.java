package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A real etcd for a test: one member, a cluster of its own or one of an {@link EtcdCluster}.
 *
 * <p>It listens on 127.0.0.1 on ports the system chose, and is checked to be the process that
 * answers there. Its data are in a temporary directory. The program comes from the directory that
 * the environment variable {@value EtcdTools#VARIABLE} names, else from the PATH, else from a
 * container (Docker on Linux, with Testcontainers on the class path); when there is none the test
 * ends as {@link dev.etcdbackup.testkit.Fixtures#missing} says. It does not outlive the JVM.
 *
 * <p>Where the environment variable {@value GivenEtcd#VARIABLE} names an etcd that runs already, at
 * {@code http://HOST:PORT}, single servers without settings are that one, whatever it holds: it is
 * not ended, and a test that wants to end or pause it, or its files, ends as if there were none.
 *
 * <p>For one thread, but for {@link #put}, {@link #revision} and {@link #version}.
 */
public final class EtcdServer implements AutoCloseable {
  private final EtcdLauncher launcher;
  private final EtcdAddress address;
  private final List<String> arguments;
  private final Path directory;
  private final EtcdGateway gateway;
  private final @Nullable EtcdCertificates certificates;
  private EtcdProcess process;
  private String memberId = "";
  private @Nullable String rootPassword;

  /** Starts the process; {@link #awaitReady} says when it serves. */
  EtcdServer(
      EtcdLauncher launcher,
      EtcdAddress address,
      List<String> arguments,
      Path directory,
      @Nullable EtcdCertificates certificates)
      throws IOException {
    this.launcher = launcher;
    this.address = address;
    this.arguments = arguments;
    this.directory = directory;
    this.certificates = certificates;
    this.gateway = new EtcdGateway(address.client(), certificates);
    this.process = launcher.launch(arguments, directory, log());
  }

  /**
   * Starts a server with etcd's defaults, and a quota of 8 GiB.
   *
   * @return the server, which serves
   * @throws IOException when it does not come up within a minute, with the end of its log
   */
  public static EtcdServer start() throws IOException {
    return builder().start();
  }

  /**
   * Begins a server or a cluster with settings.
   *
   * @return the settings
   */
  public static EtcdServerBuilder builder() {
    return new EtcdServerBuilder(Optional.empty());
  }

  /**
   * Where clients connect.
   *
   * @return {@code http://127.0.0.1:PORT}, or {@code https} with TLS
   */
  public URI endpoint() {
    return address.client();
  }

  /**
   * Where clients connect, as lists of endpoints go.
   *
   * @return {@link #endpoint()} alone
   */
  public List<URI> endpoints() {
    return List.of(endpoint());
  }

  /**
   * The server's data directory.
   *
   * @return the directory that holds {@code member/}
   */
  public Path dataDir() {
    process.requireOwn();
    return directory.resolve("data");
  }

  /**
   * What the server writes to its output.
   *
   * @return the file
   */
  public Path log() {
    return directory.resolve("etcd.log");
  }

  /**
   * The certificates of a server with TLS.
   *
   * @return the certificates
   * @throws IllegalStateException when it was started without
   */
  public EtcdCertificates certificates() {
    if (certificates == null) {
      throw new IllegalStateException("this etcd has no TLS");
    }
    return certificates;
  }

  /**
   * The server's member id.
   *
   * @return the id, an unsigned number
   */
  public long memberId() {
    return Long.parseUnsignedLong(memberId);
  }

  /**
   * Puts a key. With authentication on, as root.
   *
   * @param key the key
   * @param value the value
   * @throws IOException when etcd does not take it
   */
  public void put(String key, String value) throws IOException {
    put(key, value.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Puts a key. With authentication on, as root.
   *
   * @param key the key
   * @param value the value, 1.1 MiB at most as etcd has it
   * @throws IOException when etcd does not take it
   */
  public void put(String key, byte[] value) throws IOException {
    gateway.put(key.getBytes(StandardCharsets.UTF_8), value);
  }

  /**
   * The revision this member is at.
   *
   * @return the revision
   * @throws IOException when it does not answer
   */
  public long revision() throws IOException {
    return Long.parseLong(EtcdGateway.field("revision", gateway.status()).orElse("0"));
  }

  /**
   * The server's version.
   *
   * @return {@code 3.5.16} say
   * @throws IOException when it does not answer
   */
  public String version() throws IOException {
    return gateway.version();
  }

  /**
   * Adds a user who may read and write all keys but has not the role {@code root}.
   *
   * @param name the user
   * @param password the password
   * @throws IOException when etcd does not take it
   */
  public void addUser(String name, String password) throws IOException {
    gateway.addRole("everything-" + name);
    gateway.addUser(name, password, "everything-" + name);
  }

  /**
   * Runs {@code etcdctl} against this server, as root where authentication is on.
   *
   * @param arguments its arguments; endpoint, TLS and user are set
   * @return its standard output
   * @throws IOException when it fails, with what it said
   */
  public String etcdctl(String... arguments) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("ETCDCTL_ENDPOINTS", endpoint().toString());
    if (certificates != null) {
      environment.put("ETCDCTL_CACERT", certificates.ca().toString());
      environment.put("ETCDCTL_CERT", certificates.client().toString());
      environment.put("ETCDCTL_KEY", certificates.clientKey().toString());
    }
    if (rootPassword != null) {
      environment.put("ETCDCTL_USER", "root:" + rootPassword);
    }
    return EtcdTools.run("etcdctl", environment, arguments);
  }

  /** Ends the server at once, as a power cut would. */
  public void kill() {
    process.kill();
  }

  /**
   * Stops the server where it is: connections stay open, nothing answers.
   *
   * @throws IOException when it cannot be stopped
   */
  public void pause() throws IOException {
    process.pause();
  }

  /**
   * Lets a paused server go on.
   *
   * @throws IOException when it cannot
   */
  public void resume() throws IOException {
    process.resume();
  }

  /**
   * Whether the server runs, be it paused.
   *
   * @return true while it does
   */
  public boolean running() {
    return process.alive();
  }

  /**
   * Starts the server again on its ports and data, after ending it if it runs.
   *
   * @throws IOException when it does not come up within a minute
   */
  public void restart() throws IOException {
    if (process.alive()) {
      process.terminate();
    }
    process.kill();
    process = launcher.launch(arguments, directory, log());
    awaitReady(Optional.of(memberId));
  }

  /** Ends the server and deletes its data, if it was started here. */
  @Override
  public void close() throws IOException {
    process.release();
    EtcdStart.delete(directory);
  }

  /** A server that runs already. */
  static EtcdServer at(GivenEtcd given) throws IOException {
    EtcdAddress address = new EtcdAddress("", given.endpoint(), given.endpoint());
    Path directory = Files.createTempDirectory("etcd-test");
    EtcdServer server =
        new EtcdServer((arguments, in, log) -> given, address, List.of(), directory, null);
    try {
      String status = server.gateway.status();
      server.memberId = EtcdGateway.field("member_id", status).orElseThrow();
      return server;
    } catch (IOException | RuntimeException e) {
      server.close();
      throw e;
    }
  }

  /** Waits until it serves and has proved to be this process. */
  void awaitReady(Optional<String> expectedId) throws IOException {
    memberId = new EtcdStart(process, gateway, log()).await(address.name(), expectedId);
  }

  EtcdGateway gateway() {
    return gateway;
  }

  EtcdAddress address() {
    return address;
  }

  void loginAsRoot(String password) {
    gateway.loginAsRoot(password);
    rootPassword = password;
  }
}
