package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Stops a batch before memory runs out. The one-node Ceph holds objects in memory, and frees those
 * that were deleted some seconds later.
 *
 * @param meminfo the system's {@code /proc/meminfo}
 * @param neededBytes what the largest step may take
 * @param patienceSeconds how long deleted objects may take to be freed
 */
record FreeMemory(Path meminfo, long neededBytes, int patienceSeconds) {
  private static final long SPARE = 1L << 30;

  /** What Ceph 16.2 takes of memory for each GiB that is stored, measured: 1.6 GiB. */
  private static final double CEPH_FACTOR = 1.6;

  private static final int PATIENCE_SECONDS = 90;

  /**
   * What steps need that store in memory.
   *
   * @param storedBytes how much they store
   * @param databaseBytes etcd's database. It is counted as free, but were it not in memory etcd
   *     would read it from the disk all the time
   */
  static FreeMemory forStepsOf(long storedBytes, long databaseBytes) {
    long needed = (long) (CEPH_FACTOR * storedBytes) + databaseBytes + SPARE;
    return new FreeMemory(Path.of("/proc/meminfo"), needed, PATIENCE_SECONDS);
  }

  /** Nothing is stored in memory. */
  static FreeMemory unlimited() {
    return new FreeMemory(Path.of("/proc/meminfo"), 0, 0);
  }

  /**
   * Waits until there is enough.
   *
   * @param step what would be run
   * @throws IOException when there is not
   */
  void await(String step) throws IOException, InterruptedException {
    if (neededBytes == 0) {
      return;
    }
    long available = availableBytes();
    for (int second = 0; available < neededBytes && second < patienceSeconds; second++) {
      TimeUnit.SECONDS.sleep(1);
      available = availableBytes();
    }
    if (available < neededBytes) {
      throw new IOException(
          "'"
              + step
              + "' may take "
              + mebibytes(neededBytes)
              + " of memory, and "
              + mebibytes(available)
              + " are free: the one-node Ceph holds its objects in memory; choose a smaller --size,"
              + " or --targets discard,directory");
    }
  }

  private long availableBytes() throws IOException {
    try (Stream<String> lines = Files.lines(meminfo)) {
      return lines
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElse(Long.MAX_VALUE); // a kernel that does not tell
    }
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
