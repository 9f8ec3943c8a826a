package dev.etcdbackup.faults;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The snapshots of all cases, and the backups that are there before each. */
final class Snapshots {
  /** The smallest part that S3 takes. */
  static final int PART_BYTES = 5 << 20;

  /** 64 KiB and the SHA-256. */
  static final byte[] SMALL = TestSnapshots.bytes(1, 16);

  /** Three parts, the last of them 64 KiB and the SHA-256. */
  static final byte[] LARGE = TestSnapshots.bytes(2, 2 * PART_BYTES / TestSnapshots.PAGE_SIZE + 16);

  /** What is in the earlier backup that is compressed and encrypted. */
  private static final byte[] ENCODED_SNAPSHOT = TestSnapshots.bytes(4, 16);

  /** What others store meanwhile. */
  static final byte[] OTHER = TestSnapshots.bytes(3, 16);

  static final String PROJECT = "p";

  /** A project of others. */
  static final String MEDDLED = "meddled";

  /** When the newest of the earlier backups was taken. */
  static final Instant NEWEST = Instant.parse("2026-01-10T00:00:00Z");

  private static final Duration DAY = Duration.ofDays(1);

  private Snapshots() {}

  /** What a job stores. */
  static byte[] of(Job job) {
    return job == Job.CREATE_LARGE ? LARGE : SMALL;
  }

  static BackupKey newestKey() {
    return periodic(PROJECT, 0);
  }

  /** What a job reads. */
  static BackupKey keyOf(Job job) {
    return switch (job) {
      case GET_LARGE -> largeKey();
      case GET_ENCODED, VERIFY_ENCODED -> encodedKey();
      default -> newestKey();
    };
  }

  static BackupKey encodedKey() {
    String suffixes = String.join("", Encoded.SUFFIXES);
    return BackupKey.of(PROJECT, newestKey().name() + suffixes);
  }

  /** The snapshot in a backup that a job reads. */
  static byte[] snapshotIn(Job job, BackupKey key) {
    return key.equals(encodedKey())
        ? ENCODED_SNAPSHOT
        : Objects.requireNonNull(earlier(job).get(key));
  }

  /** What is stored of it; made once, since no two encryptions of the same bytes are equal. */
  private static final class EncodedBytes {
    static final byte[] STORED = encode();

    private static byte[] encode() {
      try {
        return Encoded.encode(ENCODED_SNAPSHOT, BackupName.parse(encodedKey().name()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static BackupKey olderKey() {
    return periodic(PROJECT, 1);
  }

  static BackupKey largeKey() {
    return periodic("large", 0);
  }

  /** Three backups of one series, one of another project, one made by hand; and a large one. */
  static Map<BackupKey, byte[]> earlier(Job job) {
    Map<BackupKey, byte[]> earlier = new TreeMap<>();
    if (job == Job.GET_LARGE) {
      earlier.put(largeKey(), LARGE);
    }
    if (keyOf(job).equals(encodedKey())) {
      earlier.put(encodedKey(), EncodedBytes.STORED);
    }
    for (int days = 0; days < 3; days++) {
      earlier.put(periodic(PROJECT, days), TestSnapshots.bytes(10 + days, 16));
    }
    earlier.put(periodic("p-2", 0), TestSnapshots.bytes(20, 3));
    earlier.put(BackupKey.of(PROJECT, "pre_upgrade.backup_2026-01-01-00:00:00"), new byte[] {1, 2});
    return earlier;
  }

  static void putAll(BackupStore store, Map<BackupKey, byte[]> backups) throws IOException {
    for (Map.Entry<BackupKey, byte[]> backup : backups.entrySet()) {
      store.put(backup.getKey(), Content.of(new ByteArrayInputStream(backup.getValue())));
    }
  }

  /**
   * Everything a store holds, read back. A deletion that was stalled may still come through
   * meanwhile; then it is read once more.
   */
  static Map<BackupKey, byte[]> readAll(BackupStore store) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return readListed(store);
      } catch (BackupNotFoundException e) {
        if (attempt == 3) {
          throw e;
        }
      }
    }
  }

  private static Map<BackupKey, byte[]> readListed(BackupStore store) throws IOException {
    Map<BackupKey, byte[]> all = new TreeMap<>();
    for (StoredBackup backup : store.list("")) {
      try (InputStream in = store.open(backup, 0, backup.size())) {
        all.put(backup.key(), in.readAllBytes());
      }
    }
    return all;
  }

  private static BackupKey periodic(String project, int daysOld) {
    Instant time = NEWEST.minus(DAY.multipliedBy(daysOld));
    return BackupKey.of(project, BackupName.periodic("etcd.backup", 1, time).text());
  }
}
