package dev.etcdbackup.benchmarks;

import java.util.List;

/**
 * One part of the report. A new one is written beside the others and named in {@link
 * Benchmarks#CASES}.
 */
interface Case {
  /** What it is called on the command line. */
  String name();

  /** How much a step of it stores at most, when etcd's database has this size. */
  default long storedBytes(long databaseBytes) {
    return databaseBytes;
  }

  /** Sets up what it needs and adds its steps and comparisons to the batch. */
  default void join(BenchmarkServers lab, Batch batch) throws Exception {}

  /** What it measures by itself, after the batch. */
  default List<Verdict> alone(BenchmarkServers lab) throws Exception {
    return List.of();
  }
}
