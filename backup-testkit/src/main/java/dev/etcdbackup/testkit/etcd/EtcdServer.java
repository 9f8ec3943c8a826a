package dev.etcdbackup.testkit.etcd;

import java.io.Closeable;
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
 * A real etcd server for tests: a cluster of one member, or a member of an {@link EtcdCluster}.
 *
 * <p>It listens on 127.0.0.1 on free ports, and the start verifies that this process answers there.
 * Its data are in a temporary directory. The program is taken from the directory of the environment
 * variable {@value EtcdTools#VARIABLE} or, when that is not set, from the PATH, otherwise from a
 * container (Docker on Linux, with Testcontainers on the class path); when none is available, the
 * test ends as {@link dev.etcdbackup.testkit.Fixtures#missing} describes. It is stopped at the
 * latest when the JVM exits, then without deleting its data; a JVM that is killed (SIGKILL) leaves
 * a server that is not in a container running.
 *
 * <p>When the environment variable {@value GivenEtcd#VARIABLE} names a running etcd, as {@code
 * http://HOST:PORT}, single servers without settings are that one, with the data that it has. It is
 * not stopped; a test that has to stop or pause it or needs its files ends as if no etcd were
 * available.
 *
 * <p>Not thread-safe, except {@link #put}, {@link #revision} and {@link #version}.
 */
public final class EtcdServer implements Closeable {
  private final EtcdLauncher launcher;
  private final EtcdAddress address;
  private final List<String> arguments;
  private final Path directory;
  private final EtcdGateway gateway;
  private final @Nullable EtcdCertificates certificates;
  private EtcdProcess process;
  private String memberId = "";
  private @Nullable String rootPassword;

  /** Starts the process; {@link #awaitReady} waits until it is ready. */
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
   * Starts a server with etcd's defaults and a quota of 8 GiB.
   *
   * @return the running server
   * @throws IOException when it is not ready within 1 minute; the message contains the end of its
   *     log, and the server is stopped
   */
  public static EtcdServer start() throws IOException {
    return builder().start();
  }

  /**
   * Returns a builder of a server or a cluster.
   *
   * @return the builder
   */
  public static EtcdServerBuilder builder() {
    return new EtcdServerBuilder(Optional.empty());
  }

  /**
   * Returns the endpoint for clients.
   *
   * @return {@code http://127.0.0.1:PORT}, or {@code https} with TLS
   */
  public URI endpoint() {
    return address.client();
  }

  /**
   * Returns the endpoint for clients as a list.
   *
   * @return a list with {@link #endpoint()}
   */
  public List<URI> endpoints() {
    return List.of(endpoint());
  }

  /**
   * Returns the server's data directory.
   *
   * @return the directory that holds {@code member/}
   */
  public Path dataDir() {
    process.requireOwn();
    return directory.resolve("data");
  }

  /**
   * Returns the file with the server's output.
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
   * @throws IllegalStateException when it was started without TLS
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
   * @param value the value; with the key 1.5 MiB at most, unless {@link
   *     EtcdServerBuilder#maxRequestBytes} sets another limit
   * @throws IOException when etcd does not take it
   */
  public void put(String key, byte[] value) throws IOException {
    gateway.put(key.getBytes(StandardCharsets.UTF_8), value);
  }

  /**
   * Returns the current revision of this member.
   *
   * @return the revision
   * @throws IOException when it does not answer
   */
  public long revision() throws IOException {
    return Long.parseLong(EtcdGateway.field("revision", gateway.status()).orElse("0"));
  }

  /**
   * Returns the server's version.
   *
   * @return the version, for example {@code 3.5.16}
   * @throws IOException when it does not answer
   */
  public String version() throws IOException {
    return gateway.version();
  }

  /**
   * Adds a user who may read and write all keys but does not have the role {@code root}.
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
   * @throws IOException when it fails; the message contains its error output
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

  /** Kills the server (SIGKILL), which has the effect of a power failure. */
  public void kill() {
    process.kill();
  }

  /**
   * Pauses the server (SIGSTOP): connections stay open, and requests are not answered.
   *
   * @throws IOException when it cannot be paused
   */
  public void pause() throws IOException {
    process.pause();
  }

  /**
   * Resumes a paused server (SIGCONT).
   *
   * @throws IOException when it cannot be resumed
   */
  public void resume() throws IOException {
    process.resume();
  }

  /**
   * Returns whether the server runs; a paused server counts as running.
   *
   * @return true while it runs
   */
  public boolean running() {
    return process.alive();
  }

  /**
   * Restarts the server with its ports and data, after stopping it if it runs. A paused one takes
   * 10 seconds to stop.
   *
   * @throws IOException when it is not ready within 1 minute, or another process has one of its
   *     ports meanwhile
   */
  public void restart() throws IOException {
    if (process.alive()) {
      process.terminate();
    }
    process.kill();
    process = launcher.launch(arguments, directory, log());
    awaitReady(Optional.of(memberId));
  }

  /**
   * Stops the server and deletes its data, if this class started it. Closing again does nothing.
   */
  @Override
  public void close() throws IOException {
    process.release();
    EtcdStart.delete(directory);
  }

  /** Returns a server that was started outside the tests. */
  static EtcdServer at(GivenEtcd given) throws IOException {
    EtcdAddress address = new EtcdAddress("", given.endpoint(), given.endpoint());
    Path directory = Files.createTempDirectory("etcd-test");
    EtcdServer server =
        new EtcdServer((arguments, in, log) -> given, address, List.of(), directory, null);
    try {
      String status = server.gateway.status();
      server.memberId = EtcdGateway.field("member_id", status).orElseThrow();
      return server;
    } catch (IOException | RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  /** Waits until it is ready and is verified to be this process. */
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
