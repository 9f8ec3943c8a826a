package dev.etcdbackup.testkit.kubernetes;

import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Real etcd processes as the containers of a StatefulSet's pods, which are the members of one
 * cluster. They listen on free ports of 127.0.0.1, which remain the same, and are killed at the
 * latest when the JVM exits. For one thread.
 */
public final class EtcdPods implements TestKubelet.Pods, AutoCloseable {
  private final EtcdBinaries binaries;
  private final Path logs;
  private final String set;
  private final List<Integer> ports = new ArrayList<>(); // of clients, then of peers
  private final int members;
  private final Map<Integer, Process> running = new ConcurrentHashMap<>(); // also of the killer
  private final Thread killer = new Thread(this::killAll, "etcd-pods-killer");

  /**
   * Chooses the ports; starts nothing.
   *
   * @param binaries the version of etcd
   * @param logs an existing directory for the members' logs
   * @param set the name of the StatefulSet
   * @param members the number of members
   * @throws IOException when there are no free ports
   */
  public EtcdPods(EtcdBinaries binaries, Path logs, String set, int members) throws IOException {
    this.binaries = binaries;
    this.logs = logs;
    this.set = set;
    this.members = members;
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 2 * members; i++) {
      ServerSocket socket =
          new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
      sockets.add(socket);
      ports.add(socket.getLocalPort());
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /**
   * Returns the URL at which a member answers clients.
   *
   * @param index the number at the end of its pod's name
   * @return {@code http://127.0.0.1:PORT}
   */
  public String clientUrl(int index) {
    return "http://127.0.0.1:" + ports.get(index);
  }

  /**
   * Returns the URL at which a member answers the others.
   *
   * @param index the number at the end of its pod's name
   * @return {@code http://127.0.0.1:PORT}
   */
  public String peerUrl(int index) {
    return "http://127.0.0.1:" + ports.get(members + index);
  }

  /**
   * Returns the URLs at which the members answer clients.
   *
   * @return one for each member
   */
  public List<URI> clientUrls() {
    return IntStream.range(0, members).mapToObj(i -> URI.create(clientUrl(i))).toList();
  }

  /**
   * Kills a member, as a lost node does: it is not started again before its pod is.
   *
   * @param index the number at the end of its pod's name
   */
  public void kill(int index) {
    Process process = running.get(index);
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  /**
   * Asks a member by {@code etcdctl}, of any version that this machine has.
   *
   * @param index the number at the end of its pod's name
   * @param arguments the arguments
   * @return what it prints, without white space around it
   * @throws IOException when it fails
   */
  public String etcdctl(int index, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("--endpoints=" + clientUrl(index)));
    all.addAll(List.of(arguments));
    EtcdBinaries client = // of any version; a directory may hold the server alone
        Stream.concat(Stream.of(binaries), EtcdBinaries.all().stream())
            .filter(one -> one.has("etcdctl"))
            .findFirst()
            .orElse(binaries);
    return client.run("etcdctl", all.toArray(new String[0])).strip();
  }

  @Override
  public void start(int index, Path dataDir) throws IOException {
    String initial =
        IntStream.range(0, members)
            .mapToObj(i -> set + "-" + i + "=" + peerUrl(i))
            .collect(Collectors.joining(","));
    ProcessBuilder builder =
        new ProcessBuilder(
                binaries.directory().resolve("etcd").toString(),
                "--name=" + set + "-" + index,
                "--data-dir=" + dataDir,
                "--listen-client-urls=" + clientUrl(index),
                "--advertise-client-urls=" + clientUrl(index),
                "--listen-peer-urls=" + peerUrl(index),
                "--initial-advertise-peer-urls=" + peerUrl(index),
                "--initial-cluster=" + initial,
                "--initial-cluster-token=first",
                "--initial-cluster-state=new",
                "--heartbeat-interval=50",
                "--election-timeout=500")
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(logs.resolve("etcd-" + index + ".log").toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
    if (System.getProperty("os.arch").equals("aarch64")) {
      builder.environment().put("ETCD_UNSUPPORTED_ARCH", "arm64");
    }
    Process process = builder.start();
    process.getOutputStream().close();
    running.put(index, process);
  }

  @Override
  public void stop(int index) throws IOException {
    Process process = running.remove(index);
    if (process == null) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().onExit().join();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while etcd was ending");
    }
  }

  /**
   * Returns the last 5 lines of each member's log, for messages.
   *
   * @return the lines
   * @throws IOException when a log cannot be read
   */
  public String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < members; i++) {
      List<String> lines = Files.readAllLines(logs.resolve("etcd-" + i + ".log"));
      text.append(String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size())));
    }
    return text.toString();
  }

  /** Kills all members. Closing again does nothing. */
  @Override
  public void close() {
    killAll();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook has nothing left to do.
    }
  }

  private void killAll() {
    running.values().forEach(process -> process.destroyForcibly().onExit().join());
  }
}
