package dev.etcdbackup.benchmarks;

/**
 * What one run of something cost.
 *
 * @param seconds wall time
 * @param cpuSeconds user and system time of the process
 * @param peakRssBytes the most memory the process had resident; 0 when it could not be seen
 */
record Measurement(double seconds, double cpuSeconds, long peakRssBytes) {
  /** The cost of this and then the other. */
  Measurement then(Measurement next) {
    return new Measurement(
        seconds + next.seconds,
        cpuSeconds + next.cpuSeconds,
        Math.max(peakRssBytes, next.peakRssBytes));
  }
}
