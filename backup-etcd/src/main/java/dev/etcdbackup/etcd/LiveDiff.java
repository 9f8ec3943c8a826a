package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.DiffCursor.Change;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import io.etcd.jetcd.api.KeyValue;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * The changes of a running cluster since a snapshot, which a restore of the snapshot would undo.
 * Goes over the differences in the order of the keys; a key differs when its value or its lease
 * does, and one with a value of more than 4 MiB when its revisions do.
 *
 * <p>The cluster is read as of one revision, by pages of about 1 MiB and at most 1000 keys, and
 * nothing is written. Takes what {@link EtcdSnapshot#keys} takes, a page, and one of a thousand
 * keys of the snapshot.
 *
 * <p>For one thread. Blocks while it reads; interrupting the thread ends a request.
 */
public final class LiveDiff implements Closeable {
  private final LiveConnection etcd;
  private final KeyCursor before;
  private final LiveKeys after;
  private KeyValue live = KeyValue.getDefaultInstance();
  private boolean hasBefore;
  private int order; // of the two keys; at the beginning both are to be moved
  private Change change = Change.NONE;

  private LiveDiff(LiveConnection etcd, KeyCursor before, LiveKeys after) {
    this.etcd = etcd;
    this.before = before;
    this.after = after;
  }

  /**
   * Begins a comparison. Reads the history of the snapshot once, and nothing from the cluster yet.
   *
   * @param snapshot the snapshot, open until this is closed
   * @param range which keys
   * @param revision as they were at which revision of the snapshot
   * @param connection how to reach the cluster; one address after the other is used when the one
   *     before does not answer
   * @param timeout how long each answer may take, more than 0, at most 365 days
   * @return the differences, to be closed
   * @throws IllegalArgumentException when the timeout is out of range
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when the snapshot cannot be read
   */
  public static LiveDiff of(
      EtcdSnapshot snapshot,
      KeyRange range,
      Revision revision,
      EtcdConnection connection,
      Duration timeout)
      throws IOException {
    EtcdConnection.requireWithin("timeout", timeout);
    KeyCursor before = snapshot.keys(range, revision);
    LiveConnection etcd = new LiveConnection(connection, timeout);
    LiveKeys after = new LiveKeys(etcd, range, before.divide(LiveKeys.LARGEST_PAGE));
    return new LiveDiff(etcd, before, after);
  }

  /**
   * Goes to the next difference.
   *
   * @return false when there is none
   * @throws SourceException when the cluster does not answer or refuses, or compacted the revision
   *     that is read
   * @throws IOException when the snapshot cannot be read
   */
  public boolean next() throws IOException {
    do {
      if (order <= 0) {
        hasBefore = before.next();
      }
      if (order >= 0) {
        live = after.next();
      }
      change = compare();
    } while (change == Change.NONE && hasBefore && hasLive());
    return change != Change.NONE;
  }

  private boolean hasLive() {
    return !live.getKey().isEmpty();
  }

  private Change compare() throws IOException {
    if (!hasBefore || !hasLive()) {
      order = hasBefore ? -1 : 1;
      return hasBefore ? Change.REMOVED : hasLive() ? Change.ADDED : Change.NONE;
    }
    order = Arrays.compareUnsigned(before.key(), live.getKey().toByteArray());
    if (order != 0) {
      return order < 0 ? Change.REMOVED : Change.ADDED;
    }
    return before.lease() == live.getLease() && isSameValue() ? Change.NONE : Change.CHANGED;
  }

  private boolean isSameValue() throws IOException {
    if (after.isWithoutValue()) {
      return before.modRevision() == live.getModRevision()
          && before.createRevision() == live.getCreateRevision()
          && before.version() == live.getVersion();
    }
    ByteString value = live.getValue();
    return before.valueLength() == value.size()
        && Arrays.equals(before.value(), value.toByteArray());
  }

  /**
   * What became of the key since the snapshot.
   *
   * @return added when the cluster alone has it, removed when the snapshot alone has it; {@link
   *     Change#NONE} before {@link #next()} was called and after it returned false
   */
  public Change change() {
    return change;
  }

  /**
   * The key. To be called after {@link #next()} returned true.
   *
   * @return its bytes, a new array
   */
  public byte[] key() {
    return change == Change.ADDED ? live.getKey().toByteArray() : before.key();
  }

  /**
   * The value that the key has in the cluster.
   *
   * @return its bytes, a new array; empty when the cluster does not have the key, or the value has
   *     more than 4 MiB
   */
  public Optional<byte[]> liveValue() {
    return change == Change.REMOVED || change == Change.NONE || after.isWithoutValue()
        ? Optional.empty()
        : Optional.of(live.getValue().toByteArray());
  }

  /**
   * The revision of the cluster that is read.
   *
   * @return the revision; 0 before the first call of {@link #next()}
   */
  public long revision() {
    return after.revision();
  }

  /** Ends the connection; nothing can be compared afterwards. Closing again does nothing. */
  @Override
  public void close() {
    etcd.close();
  }
}
