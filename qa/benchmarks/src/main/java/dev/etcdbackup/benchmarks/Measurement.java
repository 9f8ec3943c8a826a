package dev.etcdbackup.benchmarks;

import java.util.Map;
import java.util.TreeMap;

/**
 * What one run of something cost.
 *
 * @param seconds wall time
 * @param cpuSeconds user and system time of the process
 * @param peakRssBytes the most memory the process had resident; 0 when it could not be seen
 * @param serverSeconds user and system time that servers took meanwhile, by the name of the program
 */
record Measurement(
    double seconds, double cpuSeconds, long peakRssBytes, Map<String, Double> serverSeconds) {
  Measurement(double seconds, double cpuSeconds, long peakRssBytes) {
    this(seconds, cpuSeconds, peakRssBytes, Map.of());
  }

  /** The same cost, with the time that servers took meanwhile. */
  Measurement beside(Map<String, Double> servers) {
    return new Measurement(seconds, cpuSeconds, peakRssBytes, servers);
  }

  /** The time that one of the servers took; 0 when it is not known. */
  double serverSeconds(String program) {
    return serverSeconds.getOrDefault(program, 0.0);
  }

  /** The cost of this and then the other. */
  Measurement then(Measurement next) {
    Map<String, Double> servers = new TreeMap<>(serverSeconds);
    next.serverSeconds.forEach((program, cost) -> servers.merge(program, cost, Double::sum));
    return new Measurement(
        seconds + next.seconds,
        cpuSeconds + next.cpuSeconds,
        Math.max(peakRssBytes, next.peakRssBytes),
        servers);
  }
}
