package dev.etcdbackup.etcd;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.snapshot.AuthSummary;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.RevisionNotRetainedException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Writes keys of a snapshot into a running cluster, in addition to its own keys: it undoes a
 * deletion by mistake without stopping the cluster.
 *
 * <p>Keys are written with their values and with leases of the same ids; missing leases are granted
 * first. The report lists what cannot be restored this way: the keys' revisions, versions and
 * history, users with their passwords, members, alarms. Keys that are not in the snapshot are not
 * changed.
 *
 * <p>Keys go in batches, of as many as a transaction takes. A batch is read first, and what has to
 * be written is written in one transaction or not at all; with {@link Mode#CREATE} only if none of
 * these keys was created meanwhile. So a restore that failed can be run again: what it wrote is
 * there unchanged, and it goes on with the rest. Between batches others see it half done. A batch
 * whose answer was lost is counted as written when the keys are then found as they were to be.
 *
 * <p>A cluster that starts from a data directory restored from the snapshot ({@link
 * dev.etcdbackup.restore.DataDirRestore}) has everything; this is for when it must not stop, or
 * only some keys are wanted.
 *
 * <p>Immutable and thread-safe. Each call makes connections and ends them.
 */
public final class LiveRestore {
  /** What becomes of keys that are there with another value or lease than in the snapshot. */
  public enum Mode {
    /** They are kept as they are. */
    CREATE,
    /** They get the value and the lease of the snapshot. */
    OVERWRITE
  }

  private final EtcdConnection connection;
  private final Mode mode;
  private final int maxTxnOps;
  private final int maxRequestBytes;
  private final Duration timeout;

  private LiveRestore(Builder builder) {
    this.connection = builder.connection;
    this.mode = builder.mode;
    this.maxTxnOps = builder.maxTxnOps;
    this.maxRequestBytes = builder.maxRequestBytes;
    this.timeout = builder.timeout;
  }

  /**
   * Returns a builder of a restore into a cluster.
   *
   * @param connection how to reach it; one address after the other is used when the one before does
   *     not answer
   * @return the settings
   */
  public static Builder builder(EtcdConnection connection) {
    return new Builder(connection);
  }

  /**
   * Restores keys. Blocks until it is done; interrupting the thread ends it between two requests or
   * within one. Takes what {@link EtcdSnapshot#keys} takes, 90 bytes for each lease of the
   * snapshot, and a batch: 1 MiB, or one larger value. Makes two requests for each batch of which
   * something is to be written, one otherwise, and one for each lease.
   *
   * @param snapshot the snapshot, verified before
   * @param range which keys
   * @param revision as they were at which revision, from the compacted one of the snapshot to its
   *     latest one
   * @return what was done
   * @throws RevisionNotRetainedException when the revision was compacted or is in the future
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws SourceException when the cluster does not answer or refuses, with what to do; what was
   *     written until then is there, and the restore can be run again
   * @throws IOException when the snapshot cannot be read
   */
  public LiveRestoreReport restore(EtcdSnapshot snapshot, KeyRange range, Revision revision)
      throws IOException {
    return run(snapshot, range, revision, false);
  }

  /**
   * Restores keys as they were at the latest revision of the snapshot; otherwise as {@link
   * #restore(EtcdSnapshot, KeyRange, Revision)}.
   *
   * @param snapshot the snapshot, verified before
   * @param range which keys
   * @return what was done
   * @throws IOException as the other
   */
  public LiveRestoreReport restore(EtcdSnapshot snapshot, KeyRange range) throws IOException {
    return restore(snapshot, range, Revision.LATEST);
  }

  /**
   * Says what {@link #restore(EtcdSnapshot, KeyRange, Revision)} would do, and writes nothing.
   * Needs permission to read the keys alone.
   *
   * @param snapshot the snapshot
   * @param range which keys
   * @param revision as they were at which revision
   * @return what would be done
   * @throws IOException as {@link #restore(EtcdSnapshot, KeyRange, Revision)} does
   */
  public LiveRestoreReport dryRun(EtcdSnapshot snapshot, KeyRange range, Revision revision)
      throws IOException {
    return run(snapshot, range, revision, true);
  }

  /**
   * Says what {@link #restore(EtcdSnapshot, KeyRange)} would do, and writes nothing.
   *
   * @param snapshot the snapshot
   * @param range which keys
   * @return what would be done
   * @throws IOException as the other
   */
  public LiveRestoreReport dryRun(EtcdSnapshot snapshot, KeyRange range) throws IOException {
    return dryRun(snapshot, range, Revision.LATEST);
  }

  private LiveRestoreReport run(
      EtcdSnapshot snapshot, KeyRange range, Revision revision, boolean dryRun) throws IOException {
    KeyCursor keys = snapshot.keys(range, revision);
    try (LiveConnection etcd = new LiveConnection(connection, timeout)) {
      LeaseGrants leases = new LeaseGrants(etcd, snapshot.leases(), dryRun);
      Restoration work = new Restoration(etcd, leases, mode, dryRun);
      RestoreBatch batch = new RestoreBatch(maxTxnOps, maxRequestBytes);
      while (keys.next()) {
        RestoreBatch.Item item =
            new RestoreBatch.Item(keys.key(), keys.value(), leases.idFor(keys.lease()));
        if (!batch.hasRoomFor(item)) {
          work.take(batch.drain());
        }
        batch.add(item);
      }
      work.take(batch.drain());
      return work.report(keys.revision(), lost(snapshot.auth(), leases));
    }
  }

  private static List<String> lost(AuthSummary auth, LeaseGrants leases) {
    List<String> lost = new ArrayList<>();
    lost.add("revisions, versions and history of keys: keys that were written begin anew");
    lost.add("members and alarms, which belong to the cluster the snapshot is of");
    if (!auth.users().isEmpty() || !auth.roles().isEmpty()) {
      lost.add(
          "users with their passwords ("
              + auth.users().size()
              + ") and roles ("
              + auth.roles().size()
              + "); a data directory restored from the snapshot has them");
    }
    if (leases.unknown() > 0) {
      lost.add(
          "the leases of "
              + Counted.of(leases.unknown(), "key")
              + ", which the snapshot does not hold");
    }
    return lost;
  }

  /** Settings of a restore. Not thread-safe. */
  public static final class Builder {
    private final EtcdConnection connection;
    private Mode mode = Mode.CREATE;
    private int maxTxnOps = 128;
    private int maxRequestBytes = 1 << 20;
    private Duration timeout = Duration.ofSeconds(30);

    private Builder(EtcdConnection connection) {
      this.connection = Objects.requireNonNull(connection, "connection");
    }

    /**
     * What becomes of keys that are there and differ. Default: they are kept.
     *
     * @param mode the mode
     * @return this
     */
    public Builder mode(Mode mode) {
      this.mode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /**
     * How many operations etcd takes in a transaction: its {@code --max-txn-ops}. Default: 128,
     * which is etcd's own.
     *
     * @param maxTxnOps 2 or more
     * @return this
     * @throws IllegalArgumentException when it is less than 2
     */
    public Builder maxTxnOps(int maxTxnOps) {
      if (maxTxnOps < 2) {
        throw new IllegalArgumentException("maxTxnOps must be 2 or more, not " + maxTxnOps);
      }
      this.maxTxnOps = maxTxnOps;
      return this;
    }

    /**
     * How many bytes of keys and values go into one request; a larger value goes by itself. A key
     * counts three times, as often as the request has it that looks at the key. Default: 1 MiB, of
     * the 1.5 MiB etcd takes by default.
     *
     * @param maxRequestBytes 1024 or more
     * @return this
     * @throws IllegalArgumentException when it is less than 1024
     */
    public Builder maxRequestBytes(int maxRequestBytes) {
      if (maxRequestBytes < 1024) {
        throw new IllegalArgumentException(
            "maxRequestBytes must be 1024 or more, not " + maxRequestBytes);
      }
      this.maxRequestBytes = maxRequestBytes;
      return this;
    }

    /**
     * How long a member has to answer a request. Default: 30 seconds.
     *
     * @param timeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder timeout(Duration timeout) {
      this.timeout = EtcdConnection.requireWithin("timeout", timeout);
      return this;
    }

    /**
     * Builds the restore. Connects to nothing.
     *
     * @return the restore
     */
    public LiveRestore build() {
      return new LiveRestore(this);
    }
  }
}
