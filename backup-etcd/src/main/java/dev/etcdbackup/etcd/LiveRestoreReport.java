package dev.etcdbackup.etcd;

import java.util.List;

/**
 * The result of a restore into a running cluster, or of its dry run.
 *
 * <p>Each key of the backup is counted once.
 *
 * @param revision the revision of the snapshot that was restored
 * @param dryRun whether nothing was written and the numbers say what would have been
 * @param created keys that were not there
 * @param overwritten keys that were there with another value or lease and have that of the backup
 *     now
 * @param unchanged keys that were there as they are in the backup
 * @param kept keys that were there with another value or lease and still have it
 * @param leases leases that the keys to be written hang on and that were granted anew, their time
 *     full
 * @param leasesThere leases of such keys that were there already
 * @param lost what a restore of this kind cannot bring back, a line each
 */
public record LiveRestoreReport(
    long revision,
    boolean dryRun,
    long created,
    long overwritten,
    long unchanged,
    long kept,
    long leases,
    long leasesThere,
    List<String> lost) {
  /** Copies the list. */
  public LiveRestoreReport {
    lost = List.copyOf(lost);
  }

  /**
   * How many keys there are in the backup.
   *
   * @return their number, in the range that was restored
   */
  public long keys() {
    return created + overwritten + unchanged + kept;
  }
}
