package dev.etcdbackup.service;

import dev.etcdbackup.BackupKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.zip.CRC32;

/**
 * The backups that are verified on one day, one of so many parts. The CRC-32 of a key modulo the
 * number of parts selects a backup's day; the days since 1970 (UTC) modulo that number are the day
 * itself. So a daily scrub verifies every backup once in that many days, without storing any state.
 *
 * @param parts 1 to 999; 1 selects every backup on every day
 */
record DailyShare(int parts) {
  static final DailyShare ALL = new DailyShare(1);

  DailyShare {
    if (parts < 1 || parts > 999) {
      throw new IllegalArgumentException("days must be 1 to 999, not " + parts);
    }
  }

  /** Whether a backup is selected on a day. */
  boolean contains(BackupKey key, Instant now) {
    CRC32 hash = new CRC32();
    hash.update(key.toString().getBytes(StandardCharsets.UTF_8));
    return hash.getValue() % parts == Math.floorMod(day(now), parts);
  }

  private static long day(Instant now) {
    return now.atZone(ZoneOffset.UTC).toLocalDate().toEpochDay();
  }
}
