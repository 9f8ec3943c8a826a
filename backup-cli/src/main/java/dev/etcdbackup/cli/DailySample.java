package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.zip.CRC32;

/**
 * The backups of a store that are verified on one day, {@code 1/N} of all of them. The CRC-32 of a
 * key modulo N selects a backup's day, and the days since 1970 (UTC) modulo N are the day's number.
 * So a daily run verifies every backup once in N days, without storing any state.
 *
 * @param parts the N; 1 selects every backup on every day
 */
record DailySample(int parts) {
  static final DailySample ALL = new DailySample(1);

  /** Reads {@code 1/N}. */
  static DailySample parse(String text) {
    if (!text.matches("1/[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException("'" + text + "' is not a share of 1/1 to 1/999");
    }
    return new DailySample(Integer.parseInt(text.substring(2)));
  }

  /** Whether a backup is selected on a day. */
  boolean holds(BackupKey key, Instant now) {
    CRC32 hash = new CRC32();
    hash.update(key.toString().getBytes(StandardCharsets.UTF_8));
    return hash.getValue() % parts == Math.floorMod(day(now), parts);
  }

  private static long day(Instant now) {
    return now.atZone(ZoneOffset.UTC).toLocalDate().toEpochDay();
  }
}
