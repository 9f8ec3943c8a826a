package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.zip.CRC32;

/**
 * A share of a store that moves on each day. A backup's part is the CRC-32 of its key modulo the
 * number of parts, the day's is the days since 1970 (UTC) modulo the same: whoever looks at the
 * share of each day has looked at everything after as many days as there are parts, and needs to
 * remember nothing.
 *
 * @param parts how many parts there are, 1 for all of the store each day
 */
record SampleShare(int parts) {
  static final SampleShare ALL = new SampleShare(1);

  /** Reads {@code 1/N}. */
  static SampleShare parse(String text) {
    if (!text.matches("1/[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException("'" + text + "' is not a share of 1/1 to 1/999");
    }
    return new SampleShare(Integer.parseInt(text.substring(2)));
  }

  /** Whether a backup belongs to the share of a day. */
  boolean holds(BackupKey key, Instant now) {
    CRC32 hash = new CRC32();
    hash.update(key.toString().getBytes(StandardCharsets.UTF_8));
    return hash.getValue() % parts == Math.floorMod(day(now), parts);
  }

  private static long day(Instant now) {
    return now.atZone(ZoneOffset.UTC).toLocalDate().toEpochDay();
  }
}
