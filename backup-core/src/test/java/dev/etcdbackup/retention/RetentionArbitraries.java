package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;

/** Listings and policies of every kind, for properties of retention. */
abstract class RetentionArbitraries {
  static final Instant NOW = Instant.parse("2020-03-01T00:30:00Z");

  @Provide
  Arbitrary<Integer> smallCounts() {
    return Arbitraries.integers().between(1, 12);
  }

  @Provide
  Arbitrary<RetentionPolicy> policies() {
    return policies(12);
  }

  /** Policies that plan each series by itself. */
  @Provide
  Arbitrary<RetentionPolicy> seriesPolicies() {
    return policies(10);
  }

  private Arbitrary<RetentionPolicy> policies(int lastTier) {
    Arbitrary<RetentionPolicy> tier =
        Combinators.combine(smallCounts(), Arbitraries.integers().between(0, lastTier))
            .as(RetentionArbitraries::tier);
    Arbitrary<RetentionPolicy> two = combined(tier, tier);
    return Arbitraries.oneOf(tier, two, combined(two, tier), combined(tier, two));
  }

  /** Histories of some series: revisions go up, begin anew, stay; times crowd and leave gaps. */
  @Provide
  Arbitrary<List<Backup>> listings() {
    Arbitrary<Long> age =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-7200, 7200),
            Arbitraries.longs().between(0, 200_000),
            Arbitraries.longs().between(0, 10_000_000));
    Arbitrary<String> key =
        Combinators.combine(
                Arbitraries.of("p", "q"),
                Arbitraries.of("etcd.backup", "etcd.backup", "sub/etcd.backup", "tarball", "other"),
                age,
                Arbitraries.of(1L, 9L, 10L, 99L, 100L, 526L, 9001L, 9002L))
            .as(RetentionArbitraries::key);
    return key.set()
        .ofMaxSize(60)
        .map(keys -> keys.stream().map(RetentionArbitraries::backup).toList());
  }

  static Arbitrary<RetentionPolicy> combined(
      Arbitrary<RetentionPolicy> a, Arbitrary<RetentionPolicy> b) {
    return Combinators.combine(a, b, Arbitraries.of(true, false))
        .as((one, other, or) -> or ? one.or(other) : one.then(other));
  }

  static RetentionPolicy tier(int count, int which) {
    return switch (which) {
      case 0, 1 -> keepLast(count);
      case 2 -> RetentionPolicy.keepHourly(count);
      case 3 -> RetentionPolicy.keepDaily(count);
      case 4 -> RetentionPolicy.keepWeekly(count);
      case 5 -> RetentionPolicy.keepMonthly(count);
      case 6 -> RetentionPolicy.keepWithin(Duration.ofHours(7L * count));
      case 7 -> RetentionPolicy.keepYearly(count);
      case 8 -> RetentionPolicy.keepWithinBytes(count * 1_000_000L);
      case 9 -> RetentionPolicy.keepWithin(Duration.ofHours(count)).atLeast(count);
      case 11 -> RetentionPolicy.keepWithinProjectBytes(count * 1_000_000L);
      case 12 -> RetentionPolicy.keepWithinProjectBytes(count * 1_000_000L).atLeast(count);
      default -> (newestFirst, now) -> Map.of();
    };
  }

  static RetentionPolicy keepLast(int count) {
    return RetentionPolicy.keepLast(count);
  }

  static String key(String project, String prefix, long age, long revision) {
    Instant time = NOW.minusSeconds(age);
    return project
        + '/'
        + switch (prefix) {
          case "tarball" -> BackupName.tarball(time).text();
          case "other" -> "manual-" + age;
          default -> BackupName.periodic(prefix, revision, time).text();
        };
  }

  /** A backup whose size, 0 to 2 MB, follows from its base name, as copies have to share it. */
  static Backup backup(String key) {
    String base = BackupName.parse(BackupKey.parse(key).name(), ZoneOffset.UTC).base();
    int size = Math.floorMod(base.hashCode(), 2_000_000);
    return Backup.of(
        new StoredBackup(BackupKey.parse(key), size, Instant.EPOCH, ""), ZoneOffset.UTC);
  }

  static LocalDate day(Backup backup) {
    return backup.time().orElseThrow().atZone(ZoneOffset.UTC).toLocalDate();
  }
}
