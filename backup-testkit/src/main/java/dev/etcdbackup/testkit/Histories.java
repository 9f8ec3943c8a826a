package dev.etcdbackup.testkit;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

/** Generates listings of several years of backups, the same for the same seed. */
final class Histories {
  static final Instant NOW = Instant.parse("2020-03-01T00:30:00Z");

  private static final Duration[] PACES = {
    Duration.ofSeconds(1),
    Duration.ofMinutes(10),
    Duration.ofHours(1),
    Duration.ofDays(1),
    Duration.ofDays(9)
  };

  private static final int SEEDS = 20;
  private static final Map<Long, List<Backup>> SERIES = new ConcurrentHashMap<>();
  private static final Map<Long, List<Backup>> LISTINGS = new ConcurrentHashMap<>();

  private Histories() {}

  /** The seeds that the contract uses. */
  static LongStream seeds() {
    return LongStream.range(0, SEEDS);
  }

  /**
   * One series, newest first: of one to some hundred backups, every so often at another pace; the
   * revision grows, stays, or begins anew.
   */
  static List<Backup> series(long seed) {
    return SERIES.computeIfAbsent(
        seed,
        any ->
            series(new Random(seed), "p/etcd.backup").stream()
                .sorted(Backup.OLDEST_FIRST.reversed())
                .toList());
  }

  /** Several series, with manual names and dates of the future among them, in key order. */
  static List<Backup> listing(long seed) {
    return LISTINGS.computeIfAbsent(seed, Histories::makeListing);
  }

  private static List<Backup> makeListing(long seed) {
    Random random = new Random(seed);
    List<Backup> backups = new ArrayList<>();
    for (String prefix : List.of("p/etcd.backup", "p/sub/etcd.backup", "p-2/etcd.backup")) {
      backups.addAll(series(random, prefix));
    }
    for (int i = 0; i < 20; i++) {
      Instant time = NOW.minus(Duration.ofMinutes(random.nextInt(100) * 10L));
      backups.add(backup("p/before-upgrade-" + i));
      backups.add(backup("p/" + BackupName.tarball(time.plusSeconds(i))));
    }
    for (long ahead : new long[] {1, 3_600, 3_601, 1_000_000_000}) {
      backups.add(backup("p/" + BackupName.periodic("etcd.backup", 7, NOW.plusSeconds(ahead))));
    }
    backups.sort(Comparator.comparing(Backup::key));
    return List.copyOf(backups);
  }

  private static List<Backup> series(Random random, String projectAndPrefix) {
    Set<String> keys = new TreeSet<>();
    Instant time = NOW;
    long revision = random.nextInt(10_000);
    for (int i = random.nextInt(300); i >= 0; i--) {
      keys.add(BackupName.periodic(projectAndPrefix, revision, time).text());
      long pace = PACES[random.nextInt(PACES.length)].toSeconds();
      time = time.minusSeconds(random.nextInt(5) * pace / 2);
      revision =
          switch (random.nextInt(20)) {
            case 0 -> random.nextInt(10_000); // restored: an older generation precedes this
            case 1, 2, 3 -> revision;
            default -> Math.max(0, revision - random.nextInt(60));
          };
    }
    return keys.stream().map(Histories::backup).toList();
  }

  /** Sizes differ, for policies that count bytes; hash codes of texts are the same everywhere. */
  private static Backup backup(String key) {
    long size = Math.floorMod(key.hashCode(), 1000);
    return Backup.of(
        new StoredBackup(BackupKey.parse(key), size, Instant.EPOCH, ""), ZoneOffset.UTC);
  }
}
