package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.testkit.etcd.EtcdBinaries;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Real etcd processes as the containers of a StatefulSet's pods, and this library's restore as the
 * container of its Jobs.
 */
final class EtcdPods implements TestKubelet.Containers, AutoCloseable {
  private final EtcdBinaries binaries;
  private final Path logs;
  private final List<Integer> ports = new ArrayList<>(); // of clients, then of peers
  private final int members;
  private final Map<Integer, Process> running = new HashMap<>();
  private int failingJobs;

  EtcdPods(EtcdBinaries binaries, Path logs, int members) throws IOException {
    this.binaries = binaries;
    this.logs = logs;
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
  }

  String clientUrl(int index) {
    return "http://127.0.0.1:" + ports.get(index);
  }

  String peerUrl(int index) {
    return "http://127.0.0.1:" + ports.get(members + index);
  }

  List<URI> clientUrls() {
    return IntStream.range(0, members).mapToObj(i -> URI.create(clientUrl(i))).toList();
  }

  /** Has so many of the next Jobs fail after they restored. */
  void failJobs(int count) {
    failingJobs = count;
  }

  /** Kills a member for good: it is not started before its pod is. */
  void kill(int index) {
    running.get(index).destroyForcibly().onExit().join();
  }

  String etcdctl(int index, String... arguments) throws IOException {
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
            .mapToObj(i -> RestoreLab.SET + "-" + i + "=" + peerUrl(i))
            .collect(Collectors.joining(","));
    ProcessBuilder builder =
        new ProcessBuilder(
                binaries.directory().resolve("etcd").toString(),
                "--name=" + RestoreLab.SET + "-" + index,
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

  /** Does what the command {@code restore} of the tool does with these arguments. */
  @Override
  public void run(List<String> arguments, Path dataDir) throws IOException {
    Path store = Path.of(URI.create(value(arguments, "--store")));
    DataDirRestore restore =
        DataDirRestore.builder()
            .name(value(arguments, "--name"))
            .initialCluster(value(arguments, "--initial-cluster"))
            .initialClusterToken(value(arguments, "--initial-cluster-token"))
            .initialAdvertisePeerUrls(value(arguments, "--initial-advertise-peer-urls"))
            .build();
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(store.resolve(arguments.get(1)))) {
      restore.restore(snapshot, dataDir);
    }
    if (failingJobs > 0) {
      failingJobs--;
      throw new IOException("the pod was evicted");
    }
  }

  private static String value(List<String> arguments, String option) {
    return arguments.get(arguments.indexOf(option) + 1);
  }

  /** The end of the members' logs, for messages. */
  String logs() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < members; i++) {
      List<String> lines = Files.readAllLines(logs.resolve("etcd-" + i + ".log"));
      text.append(String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size())));
    }
    return text.toString();
  }

  @Override
  public void close() {
    running.values().forEach(process -> process.destroyForcibly().onExit().join());
  }
}
