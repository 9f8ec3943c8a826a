package dev.etcdbackup.benchmarks;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.name.BackupName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Names read, written and put in order. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NameBenchmark {
  private static final String STAMP = "_2026-11-22-12:34:56";

  private final String periodic = "etcd.backup_v123456789" + STAMP;
  private final String tarball = "etcd-backup-2026-11-22-12-34-56.tar.gz";
  private final String other = "before-the-upgrade-to-3.5.30";
  // The longest look a name can ask for: digits all the way to the front.
  private final String digits1k = "_v" + "1".repeat(1_000) + STAMP;
  private final String digits10k = "_v" + "1".repeat(10_000) + STAMP;
  private final String prefix1k = "p".repeat(1_000) + "_v1" + STAMP;
  private final String prefix10k = "p".repeat(10_000) + "_v1" + STAMP;
  private final Instant time = Instant.parse("2026-11-22T12:34:56Z");
  private final List<BackupKey> keys = new ArrayList<>();
  private final List<BackupName> names = new ArrayList<>();

  /** Makes 100,000 names in no order. */
  public NameBenchmark() {
    for (int i = 0; i < 100_000; i++) {
      names.add(BackupName.periodic("etcd.backup", i, time.minusSeconds(600L * i)));
    }
    Collections.shuffle(names, new Random(1));
    names.forEach(name -> keys.add(BackupKey.of("cray-bss", name.text())));
  }

  /** A periodic name. */
  @Benchmark
  public BackupName parsePeriodic() {
    return BackupName.parse(periodic);
  }

  /** A tarball's name. */
  @Benchmark
  public BackupName parseTarball() {
    return BackupName.parse(tarball);
  }

  /** A name of no format. */
  @Benchmark
  public BackupName parseOther() {
    return BackupName.parse(other);
  }

  /** A revision of 1,000 digits, which is none. */
  @Benchmark
  public BackupName parseDigits1k() {
    return BackupName.parse(digits1k);
  }

  /** A revision of 10,000 digits, which is none. */
  @Benchmark
  public BackupName parseDigits10k() {
    return BackupName.parse(digits10k);
  }

  /** A prefix of 1,000 characters. */
  @Benchmark
  public BackupName parsePrefix1k() {
    return BackupName.parse(prefix1k);
  }

  /** A prefix of 10,000 characters. */
  @Benchmark
  public BackupName parsePrefix10k() {
    return BackupName.parse(prefix10k);
  }

  /** A periodic name, written. */
  @Benchmark
  public BackupName format() {
    return BackupName.periodic("etcd.backup", 123456789, time);
  }

  /** 100,000 keys by their bytes. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public List<BackupKey> sortKeys() {
    return keys.stream().sorted().toList();
  }

  /** 100,000 names by age. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  public List<BackupName> sortNames() {
    return names.stream().sorted(BackupName.OLDEST_FIRST).toList();
  }
}
