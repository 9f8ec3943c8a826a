package dev.etcdbackup.benchmarks;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for.
 *
 * @param bytes the size of etcd's database, at least
 * @param storedBytes how much a step stores at most
 * @param values what it is filled with
 * @param pairs rounds of the batch
 * @param targets {@code rgw}, {@code s3proxy}, {@code directory}, {@code discard}
 * @param objects how many objects are listed
 * @param install whether missing packages may be installed
 * @param against the other version that is measured too; null when there is none
 */
record Settings(
    long bytes,
    long storedBytes,
    Values values,
    int pairs,
    Set<String> targets,
    int objects,
    boolean install,
    @Nullable OtherVersion against) {
  private static final long WARM_UP_BYTES = 8L << 30;
  private static final long MOST_WARM_UPS = 8;

  /**
   * How often a step that reads the whole database is run before the first round: twice at least,
   * and more often where it is short, for the JVM compiles what has run for a while.
   */
  int warmUps() {
    return (int) Math.max(2, Math.min(MOST_WARM_UPS, WARM_UP_BYTES / bytes));
  }
}
