package dev.etcdbackup.retention;

import dev.etcdbackup.Backup;
import java.util.BitSet;
import java.util.Collection;

/** Tells of most times that no backup of that time is kept, without a look at a backup. */
final class KeptTimes {
  private static final int BITS_EACH = 32;
  private static final long SPREAD = 0x9E3779B97F4A7C15L; // odd, its bits without a pattern

  private final int shift;
  private final BitSet kept = new BitSet();

  /**
   * Notes times.
   *
   * @param backups those that are kept
   */
  KeptTimes(Collection<Backup> backups) {
    this.shift = Long.numberOfLeadingZeros((long) BITS_EACH * (backups.size() + 1L));
    for (Backup backup : backups) {
      backup.time().ifPresent(time -> kept.set(bit(time.getEpochSecond())));
    }
  }

  /**
   * Returns whether a backup of this time may be kept.
   *
   * @return true if one is, and of few other times
   */
  boolean mayHave(long second) {
    return kept.get(bit(second));
  }

  private int bit(long second) {
    return (int) ((second * SPREAD) >>> shift);
  }
}
