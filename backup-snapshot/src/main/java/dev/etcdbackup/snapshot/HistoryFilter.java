package dev.etcdbackup.snapshot;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides of each entry of one snapshot whether it belongs to a {@link HistorySelection}. Entries
 * of the bucket {@code key} are asked for first and in their order, then those of the bucket {@code
 * lease}, as {@link BucketVisitor} hands them out.
 *
 * <p>For one thread and one pass. Takes some 50 bytes for each lease that keys have, and for a
 * selection of the latest only up to 90 bytes and the key for each key of the selection.
 */
public final class HistoryFilter {
  private final HistorySelection selection;
  private final RevisionRange retained;
  private final long until;
  private final @Nullable KeyIndex latest;
  private final Event event = new Event();
  private final Set<Long> leasesKept = new HashSet<>();
  private final Set<Long> leasesLeftOut = new HashSet<>();
  private final Set<Long> leasesSeen = new HashSet<>();
  private long lastKept;
  private long kept;

  private HistoryFilter(
      HistorySelection selection, RevisionRange retained, long until, @Nullable KeyIndex latest) {
    this.selection = selection;
    this.retained = retained;
    this.until = until;
    this.latest = latest;
  }

  static HistoryFilter of(RandomAccessBytes bytes, HistorySelection selection) throws IOException {
    SnapshotScan scan = new SnapshotScan(bytes);
    RevisionRange retained =
        RevisionRange.of(scan.lastRevision(), MetaBucket.read(scan).compactRevision());
    long until = retained.resolve(selection.until());
    if (!selection.latestOnly()) {
      return new HistoryFilter(selection, retained, until, null);
    }
    KeyIndex latest = new KeyIndex();
    scan.events(
        event -> {
          if (event.main <= until && isSelected(selection, event)) {
            latest.add(event);
          }
        });
    return new HistoryFilter(selection, retained, until, latest);
  }

  /** The empty key marks where a restore raised the revision; it belongs to every selection. */
  private static boolean isSelected(HistorySelection selection, Event event) {
    int from = event.keyOffset;
    return event.keyLength == 0
        || selection.keys().contains(event.array(), from, from + event.keyLength);
  }

  /**
   * The last revision that is taken.
   *
   * @return the number of {@link HistorySelection#until}
   */
  public long revision() {
    return until;
  }

  /**
   * Whether an entry of the bucket {@code key} is taken.
   *
   * @param array holds the entry's key, and its value directly after it
   * @param keyOffset where the key begins
   * @param keyLength how long the key is
   * @param valueLength how long the value is
   * @return true when it is
   * @throws CorruptBackupException when the entry is no event
   */
  public boolean takesEvent(byte[] array, int keyOffset, int keyLength, int valueLength)
      throws CorruptBackupException {
    event.readEntry(array, keyOffset, keyLength, valueLength);
    boolean taken = takes(event);
    if (taken) {
      lastKept = event.main;
      kept += event.keyLength > 0 ? 1 : 0;
    }
    if (event.lease != 0) {
      (taken ? leasesKept : leasesLeftOut).add(event.lease);
    }
    return taken;
  }

  /** Whether an event is taken; its lease is not noted. */
  boolean takes(Event one) {
    return one.main <= until
        && isSelected(selection, one)
        && (latest == null || latest.isLatestPut(one));
  }

  /**
   * Whether an entry of the bucket {@code lease} is taken: unless all keys that ever had the lease
   * were left out.
   *
   * @param array holds the entry's key
   * @param keyOffset where the key begins
   * @param keyLength how long the key is
   * @return true when it is
   * @throws CorruptBackupException when the entry's key is not the id of a lease
   */
  public boolean takesLease(byte[] array, int keyOffset, int keyLength)
      throws CorruptBackupException {
    if (keyLength != Long.BYTES) {
      throw new CorruptBackupException("a key of the bucket lease has " + keyLength + " bytes");
    }
    long lease = BigEndian.int64(array, keyOffset);
    leasesSeen.add(lease);
    return leasesKept.contains(lease) || !leasesLeftOut.contains(lease);
  }

  /**
   * How many puts and deletions were taken so far.
   *
   * @return the number
   */
  public long eventsTaken() {
    return kept;
  }

  /**
   * Whether the revision of the selection would be lost, because what happened in it was left out
   * and no compaction recorded it. To be asked at the end of the bucket {@code key}.
   *
   * @return true when the revision has to be marked
   */
  public boolean losesRevision() {
    return !selection.latestOnly() && until > Math.max(lastKept, Math.max(retained.compact(), 1));
  }

  /**
   * How many leases keys of the selection once had that the snapshot does not hold any more: they
   * ended, and keys that still had them at the revision of the selection will not expire. To be
   * asked at the end of the bucket {@code lease}.
   *
   * @return the number; 0 when the selection ends at the latest revision
   */
  public long leasesGone() {
    return until == retained.latest()
        ? 0
        : leasesKept.stream().filter(lease -> !leasesSeen.contains(lease)).count();
  }
}
