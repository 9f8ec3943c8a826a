package dev.etcdbackup.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupInspector;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.Inspection.Outcome;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/** A store of which the results of reading are set by the test. */
abstract class AuditFixture {
  static final Instant NOW = Instant.parse("2024-05-20T12:00:00Z");
  static final DateTimeFormatter BITNAMI =
      DateTimeFormatter.ofPattern("'db-'uuuu-MM-dd_HH-mm").withZone(ZoneOffset.UTC);
  static final String EVIL = "<script>alert('x')</script>&\"\u0007\u202e";

  final InMemoryBackupStore store = new InMemoryBackupStore();
  final Map<String, Inspection> found = new HashMap<>();
  final Map<String, BackupException> failing = new HashMap<>();
  final List<String> read = new ArrayList<>();
  final BackupInspector inspector =
      (backup, from) -> {
        String key = backup.key().toString();
        read.add(key);
        BackupException failure = failing.get(key);
        if (failure != null) {
          throw failure;
        }
        return found.getOrDefault(
            key,
            new Inspection(
                Outcome.GOOD, List.of(), OptionalLong.of(42), "3.5", OptionalLong.of(20_480)));
      };

  static Backup backup(String key, Instant received, long size, String version) {
    return Backup.of(
        new StoredBackup(BackupKey.parse(key), size, received, version), ZoneOffset.UTC);
  }

  static Backup backup(String key) {
    return backup(key, NOW.minusSeconds(60), 1000, "");
  }

  /** Hourly backups from so many hours ago to so many hours ago. */
  static List<Backup> hourly(String project, int from, int to) {
    return IntStream.iterate(from, hours -> hours >= to, hours -> hours - 1)
        .mapToObj(
            hours -> {
              Instant time = NOW.minus(Duration.ofHours(hours));
              return backup(project + '/' + BITNAMI.format(time), time, 1000, "");
            })
        .toList();
  }

  static List<Backup> backups(String... keys) {
    return Arrays.stream(keys).map(AuditFixture::backup).toList();
  }

  Audit audit(List<Backup> listing) throws BackupException {
    return Auditor.builder(store, inspector).build().run(listing, NOW);
  }

  AuditedSeries only(List<Backup> listing) throws BackupException {
    List<AuditedSeries> series = audit(listing).series();
    assertThat(series).hasSize(1);
    return series.get(0);
  }

  static List<String> texts(AuditedSeries series) {
    return series.findings().stream().map(AuditFinding::text).toList();
  }

  static Inspection damaged(String problem) {
    return Inspection.without(Outcome.DAMAGED, List.of(problem));
  }
}
