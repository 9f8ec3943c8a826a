package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The processor time of the servers that share the machine: each etcd that this process started,
 * and the programs of {@code fixtures/ceph}.
 */
final class ServerCpu {
  private static final Set<String> PROGRAMS = Set.of("etcd", "radosgw", "ceph-osd", "ceph-mon");

  private final Path cephPids;

  /**
   * @param ceph the directory of {@code fixtures/ceph}, which need not be there
   */
  ServerCpu(Path ceph) {
    this.cephPids = ceph.resolve("pids");
  }

  /** What each has taken since it began, in seconds, by the name of the program. */
  Map<String, Double> seconds() throws IOException {
    Map<String, Double> seconds = new TreeMap<>();
    try (Stream<ProcessHandle> servers = Stream.concat(descendants(), ceph())) {
      servers.forEach(server -> add(server.info(), seconds));
    }
    return seconds;
  }

  /** What each has taken since an earlier look. */
  Map<String, Double> secondsSince(Map<String, Double> earlier) throws IOException {
    Map<String, Double> seconds = seconds();
    seconds.replaceAll((program, now) -> now - earlier.getOrDefault(program, 0.0));
    return seconds;
  }

  private static void add(ProcessHandle.Info server, Map<String, Double> seconds) {
    String program = Path.of(server.command().orElse("/unknown")).getFileName().toString();
    if (PROGRAMS.contains(program)) {
      double taken = server.totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
      seconds.merge(program, taken, Double::sum);
    }
  }

  private static Stream<ProcessHandle> descendants() {
    return ProcessHandle.current().descendants();
  }

  /** The lines of the file are {@code NAME PID STARTED}. */
  private Stream<ProcessHandle> ceph() throws IOException {
    if (!Files.exists(cephPids)) {
      return Stream.empty();
    }
    return Files.readAllLines(cephPids).stream()
        .map(line -> line.split(" ", 3)[1])
        .flatMap(pid -> ProcessHandle.of(Long.parseLong(pid)).stream());
  }
}
