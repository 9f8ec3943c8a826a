package dev.etcdbackup.snapshot.bbolt;

import dev.etcdbackup.CorruptBackupException;

/** Where damage goes as it is found: to be collected, or thrown. */
@FunctionalInterface
public interface DamageReport {
  /** Throws at the first damage. */
  DamageReport THROW =
      (damage, page, offset, message) -> {
        throw new CorruptBackupException(
            "damaged at byte " + offset + ", page " + page + ": " + message);
      };

  /**
   * Takes one finding. When this returns, reading goes on without what was damaged.
   *
   * @param damage what kind
   * @param page the page's number
   * @param offset where in the file, in bytes
   * @param message what was found, in one line
   * @throws CorruptBackupException to end reading
   */
  void damaged(Damage damage, long page, long offset, String message) throws CorruptBackupException;
}
