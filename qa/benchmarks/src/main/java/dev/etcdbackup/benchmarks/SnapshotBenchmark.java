package dev.etcdbackup.benchmarks;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.SnapshotStatus;
import dev.etcdbackup.snapshot.VerifyReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Reads a snapshot of a real etcd from a file in the page cache: HashKV and the bbolt scans. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class SnapshotBenchmark {
  /** The snapshot's path. */
  @Param("")
  public String file = "";

  @SuppressWarnings("NullAway.Init") // JMH calls open first
  private EtcdSnapshot snapshot;

  /** Opens the file. */
  @Setup
  public void open() throws IOException {
    snapshot = EtcdSnapshot.open(Path.of(file));
  }

  /** Closes it. */
  @TearDown
  public void close() throws IOException {
    snapshot.close();
  }

  /** Each event once, hashed as a member does. */
  @Benchmark
  public HashKv hashKv() throws IOException {
    return snapshot.hashKv();
  }

  /** Each bucket's keys and values once, hashed as {@code snapshot status} does. */
  @Benchmark
  public SnapshotStatus scan() throws IOException {
    return snapshot.status();
  }

  /** The scan with all checks, and the SHA-256 beside it. */
  @Benchmark
  public VerifyReport verify() throws IOException {
    return snapshot.verify();
  }
}
