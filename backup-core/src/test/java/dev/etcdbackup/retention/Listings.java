package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Listings of given keys, and what plans for them say. */
final class Listings {
  static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");

  private Listings() {}

  /** Backups of so many days, the last on 3 February 2020. */
  static List<String> daily(int days) {
    Instant last = Instant.parse("2020-02-03T20:45:48Z");
    return IntStream.rangeClosed(1, days)
        .mapToObj(
            i ->
                "p/" + BackupName.periodic("etcd.backup", i, last.minus(Duration.ofDays(days - i))))
        .toList();
  }

  static List<String> kept(RetentionPolicy policy, String... keys) {
    return kept(policy, Arrays.asList(keys));
  }

  static List<String> kept(RetentionPolicy policy, List<String> keys) {
    return policy.plan(backups(keys), NOW).toKeep().stream()
        .map(backup -> backup.key().toString())
        .toList();
  }

  static List<String> deleted(RetentionPolicy policy, String... keys) {
    return deleted(policy, Arrays.asList(keys));
  }

  static List<String> deleted(RetentionPolicy policy, List<String> keys) {
    return policy.plan(backups(keys), NOW).toDelete().stream()
        .map(backup -> backup.key().toString())
        .toList();
  }

  static List<String> lines(RetentionPlan plan) {
    return plan.decisions().stream()
        .map(one -> (one.keep() ? "keep " : "delete ") + one.backup().key() + " " + one.reason())
        .toList();
  }

  static List<Backup> backups(String... keys) {
    return backups(Arrays.asList(keys));
  }

  static List<Backup> backups(List<String> keys) {
    return keys.stream().map(Listings::backup).toList();
  }

  static Backup backup(String key) {
    return Backup.of(new StoredBackup(BackupKey.parse(key), 1, Instant.EPOCH, ""), ZoneOffset.UTC);
  }
}
