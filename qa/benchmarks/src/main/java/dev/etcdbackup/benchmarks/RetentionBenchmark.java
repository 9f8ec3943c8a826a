package dev.etcdbackup.benchmarks;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Plans over 100,000 backups, one every ten minutes for two years. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class RetentionBenchmark {
  /** What people keep. */
  static final RetentionPolicy TIERS =
      RetentionPolicy.keepLast(7)
          .or(RetentionPolicy.keepHourly(48))
          .or(RetentionPolicy.keepDaily(30))
          .or(RetentionPolicy.keepWeekly(26))
          .or(RetentionPolicy.keepMonthly(24));

  /** The order they come in: as stores list them, by key, or any. */
  @Param({"listed", "shuffled"})
  public String order = "listed";

  private final Instant now = Instant.parse("2026-11-22T12:34:56Z");
  private final List<Backup> backups = new ArrayList<>();

  /** Makes the backups. */
  @Setup
  public void fill() {
    for (int i = 0; i < 100_000; i++) {
      Instant time = now.minusSeconds(600L * i);
      BackupName name = BackupName.periodic("etcd.backup", 100_000 - i, time);
      BackupKey key = BackupKey.of("cray-bss", name.text());
      backups.add(Backup.of(new StoredBackup(key, 1 << 20, time, ""), ZoneOffset.UTC));
    }
    if (order.equals("listed")) {
      backups.sort(Comparator.comparing(Backup::key));
    } else {
      Collections.shuffle(backups, new Random(1));
    }
  }

  /** The last seven. */
  @Benchmark
  public RetentionPlan keepLast() {
    return RetentionPolicy.keepLast(7).plan(backups, now);
  }

  /** Five tiers. */
  @Benchmark
  public RetentionPlan fiveTiers() {
    return TIERS.plan(backups, now);
  }
}
