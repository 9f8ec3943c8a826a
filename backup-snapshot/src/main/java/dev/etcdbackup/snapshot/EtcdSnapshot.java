package dev.etcdbackup.snapshot;

import dev.etcdbackup.ByteRanges;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A snapshot of etcd, read without etcd: what {@code etcdctl snapshot save} wrote, or a copy of a
 * member's {@code snap/db}.
 *
 * <p>Nothing is read before it is asked for, and nothing is kept between calls, so the bytes must
 * not change meanwhile. Thread-safe; each call works on the caller's thread and by itself. Damaged
 * bytes end a call with {@link CorruptBackupException}, which says what and where, after a time in
 * proportion to the size at most; only {@link #verify()} goes on and lists everything. What cannot
 * be read ends it with another {@link IOException}: of the store, or of the file.
 *
 * <p>Every call takes 3 MiB for a file and 37 MiB for a stored backup to read ahead, at most, a bit
 * for each page (32 MiB for a TiB), and up to 32 MiB while it reads pairs of that size; larger ones
 * are taken for damage, etcd warns of requests above 10 MiB. What a call takes more is said there.
 *
 * <p>Interrupting a thread that reads a file closes the file, for all threads ({@link
 * java.nio.channels.ClosedByInterruptException}).
 */
public final class EtcdSnapshot implements Closeable {
  private final RandomAccessBytes bytes;
  private final boolean checksumMatches;

  private EtcdSnapshot(RandomAccessBytes bytes, boolean checksumMatches) {
    this.bytes = bytes;
    this.checksumMatches = checksumMatches;
  }

  /**
   * Opens a file.
   *
   * @param file the snapshot
   * @return the snapshot, to be closed by the caller
   * @throws IOException when it cannot be opened
   */
  public static EtcdSnapshot open(Path file) throws IOException {
    return of(RandomAccessBytes.ofFile(file), false);
  }

  /**
   * Opens bytes that are read by ranges, without a copy: a stored backup ({@link
   * ByteRanges#of(dev.etcdbackup.BackupStore, dev.etcdbackup.StoredBackup)}) that is not encoded,
   * for example. That is right for {@link #metadata()}; calls that read all of it take as many
   * requests as its pages lie scattered, one for each 4 MiB at best. {@link StoredSnapshot} decides
   * between this and a copy.
   *
   * @param ranges the bytes of the snapshot
   * @return the snapshot
   */
  public static EtcdSnapshot open(ByteRanges ranges) {
    return of(new RangeBytes(Objects.requireNonNull(ranges, "ranges"), () -> {}), false);
  }

  /**
   * Opens bytes of any kind.
   *
   * @param bytes closed with the snapshot
   * @param checksumMatches whether the size and the SHA-256 at the end were verified already
   */
  static EtcdSnapshot of(RandomAccessBytes bytes, boolean checksumMatches) {
    return new EtcdSnapshot(bytes, checksumMatches);
  }

  /**
   * The status, as the minor version of etcd that wrote the snapshot prints it. The SHA-256 at the
   * end is not verified; etcd does not verify it either.
   *
   * @return the status
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public SnapshotStatus status() throws IOException {
    return new StatusScan(bytes).run(Optional.empty());
  }

  /**
   * The status, as a given minor version of etcd prints it. Reads everything once; takes up to 90
   * bytes and the key for each key of the users when counting as 3.6 does.
   *
   * @param as which minor version of etcd
   * @return the status
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public SnapshotStatus status(StatusVersion as) throws IOException {
    return new StatusScan(bytes).run(Optional.of(as));
  }

  /**
   * Verifies the snapshot as etcd streamed it: with its SHA-256.
   *
   * @return what was found, the first 1000 problems
   * @throws IOException when it cannot be read
   */
  public VerifyReport verify() throws IOException {
    return verify(VerifyOptions.DEFAULT);
  }

  /**
   * Verifies the snapshot: the SHA-256 at the end; both meta pages; that every page of every bucket
   * is reached once, lies in range, is of the right kind and size; that keys and values lie one
   * after the other and keys are in order within and across pages; that there are etcd's buckets
   * and no others; that every revision, every key and every entry of a small bucket can be read and
   * fits its place, and revisions ascend. Each entry is checked by itself; whether they are
   * consistent with each other is checked when {@link VerifyOptions#deep} asks for it. Bytes that
   * belong to no bucket are covered by the SHA-256 alone.
   *
   * <p>Reads everything twice at the same time: from one end to the other for the SHA-256, on a
   * daemon thread of its own that has ended when this returns, and page by page on the caller's.
   * Interrupting the caller ends both within a second.
   *
   * @param options how
   * @return what was found; damage is a result, not an exception
   * @throws IOException when it cannot be read
   */
  public VerifyReport verify(VerifyOptions options) throws IOException {
    return verify(options, bucket -> (array, keyOffset, keyLength, valueLength) -> {});
  }

  /**
   * Verifies the snapshot, and passes on the pages that it reads. After the first problem it passes
   * on nothing more. A wrong SHA-256 is known only at the end, so use what was made of the pages
   * only when the report has no problem.
   *
   * @param options how
   * @param visitor takes the pages of every bucket, on the caller's thread
   * @return what was found; damage is a result, not an exception
   * @throws IOException when the snapshot cannot be read, or what the visitor throws
   */
  public VerifyReport verify(VerifyOptions options, BucketVisitor visitor) throws IOException {
    return new SnapshotCheck(bytes, checksumMatches, options, visitor).run();
  }

  /**
   * Prepares to take a part of the history while it is read by {@link #verify(VerifyOptions,
   * BucketVisitor)}. Reads a few pages; the history once for a selection of the latest only.
   *
   * @param selection which part
   * @return decides of each entry
   * @throws RevisionNotRetainedException when the last revision of the selection was compacted or
   *     is in the future
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public HistoryFilter filter(HistorySelection selection) throws IOException {
    return HistoryFilter.of(bytes, selection);
  }

  /**
   * Reads the metadata, in about ten reads: how many depends on the depth of the trees of events
   * and leases.
   *
   * @return the metadata
   * @throws CorruptBackupException when a page on the way is damaged, or there are more than 64 MiB
   *     of members and the like
   * @throws IOException when it cannot be read
   */
  public SnapshotMetadata metadata() throws IOException {
    return new MetadataScan(new SnapshotScan(bytes)).run();
  }

  /**
   * What fills the database. Reads everything twice; takes up to 170 bytes and the key for each key
   * that was ever put in it, and 200 bytes for each of up to 50,000 prefixes and leases.
   *
   * @param options how it is summed up
   * @return the use of its pages
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public SpaceUsage usage(UsageOptions options) throws IOException {
    return new UsageScan(bytes, options).run();
  }

  /**
   * What to know before starting a member that is restored from the snapshot. Reads a few pages,
   * the users and the roles, and the whole history when encryption keys are asked for.
   *
   * @param encryptionKeys whether values that Kubernetes encrypted are looked for
   * @return the findings
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public Preflight preflight(boolean encryptionKeys) throws IOException {
    return new PreflightScan(bytes).run(encryptionKeys ? HistorySelection.ALL : null);
  }

  /**
   * What to know before starting a member of which only a part is restored: of the values that
   * Kubernetes encrypted, those of the part. Reads the history once, twice for the latest only.
   *
   * @param part what is restored
   * @return the findings
   * @throws RevisionNotRetainedException when the snapshot does not hold the part's revision
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public Preflight preflight(HistorySelection part) throws IOException {
    return new PreflightScan(bytes).run(part);
  }

  /**
   * The leases. Takes some 40 bytes for each.
   *
   * @return the leases, in the order of their ids as unsigned numbers
   * @throws CorruptBackupException when the snapshot is damaged, or there are more than 64 MiB of
   *     them, which is about three million
   * @throws IOException when it cannot be read
   */
  public List<Lease> leases() throws IOException {
    List<Lease> leases = new ArrayList<>();
    new SnapshotScan(bytes).entries("lease", (key, value) -> leases.add(Records.lease(key, value)));
    return leases;
  }

  /**
   * Users, roles and permissions.
   *
   * @return the summary, without passwords or their hashes
   * @throws CorruptBackupException when the snapshot is damaged, or there are more than 64 MiB of
   *     users or roles
   * @throws IOException when it cannot be read
   */
  public AuthSummary auth() throws IOException {
    return MetadataScan.auth(new SnapshotScan(bytes));
  }

  /**
   * The keys as they are at the latest revision; otherwise as {@link #keys(KeyRange, Revision)}.
   *
   * @param range which keys
   * @return the keys, in their order
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public KeyCursor keys(KeyRange range) throws IOException {
    return keys(range, Revision.LATEST);
  }

  /**
   * The keys as they were at a revision. Reads the history once; takes up to 130 bytes and the key
   * for each key that was ever put in it.
   *
   * @param range which keys
   * @param revision the revision, from the compacted one to the latest one
   * @return the keys, in their order
   * @throws RevisionNotRetainedException when the revision was compacted or is in the future
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public KeyCursor keys(KeyRange range, Revision revision) throws IOException {
    SnapshotScan scan = new SnapshotScan(bytes);
    long until = retained(scan).resolve(revision);
    KeyIndex index = new KeyIndex();
    scan.events(
        event -> {
          // The empty key marks where a restore raised the revision; clients do not see it.
          if (event.main <= until
              && event.keyLength > 0
              && range.contains(
                  event.array(), event.keyOffset, event.keyOffset + event.keyLength)) {
            index.add(event);
          }
        });
    return new KeyCursor(bytes, index, range, until);
  }

  /**
   * A key as it is at the latest revision, with its value.
   *
   * @param key the key
   * @return the key and its value; empty when there is no such key
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public Optional<KeyValue> get(byte[] key) throws IOException {
    return get(key, Revision.LATEST);
  }

  /**
   * A key as it was at a revision, with its value. Reads the history once, and the value; for many
   * keys {@link #keys(KeyRange, Revision)} reads it once for all of them.
   *
   * @param key the key
   * @param revision the revision, from the compacted one to the latest one
   * @return the key and its value; empty when there was no such key
   * @throws RevisionNotRetainedException when the revision was compacted or is in the future
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public Optional<KeyValue> get(byte[] key, Revision revision) throws IOException {
    KeyCursor at = keys(KeyRange.of(key), revision);
    return at.next() ? Optional.of(KeyValue.of(at, at.value())) : Optional.empty();
  }

  /**
   * The puts and deletions of a key that the snapshot still holds. Reads the history once; holds
   * all of their values.
   *
   * @param key the key
   * @return the puts and deletions, the oldest first
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public List<KeyRevision> history(byte[] key) throws IOException {
    List<KeyRevision> history = new ArrayList<>();
    new SnapshotScan(bytes)
        .events(
            event -> {
              int from = event.keyOffset;
              if (Arrays.equals(event.array(), from, from + event.keyLength, key, 0, key.length)) {
                history.add(
                    new KeyRevision(
                        event.main,
                        event.deleted ? Optional.empty() : Optional.of(KeyValue.of(event))));
              }
            });
    return history;
  }

  /**
   * What differs between the latest keys of two snapshots.
   *
   * @param before the older one, for example
   * @param after the newer one
   * @return the differences, in the order of the keys
   * @throws CorruptBackupException when one of them is damaged
   * @throws IOException when one of them cannot be read
   */
  public static DiffCursor diff(EtcdSnapshot before, EtcdSnapshot after) throws IOException {
    Objects.requireNonNull(after, "after");
    return new DiffCursor(before.keys(KeyRange.all()), after.keys(KeyRange.all()));
  }

  /**
   * What a member that holds this snapshot answers to {@code HashKV} at its latest revision;
   * otherwise as {@link #hashKv(Revision)}.
   *
   * @return the answer
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public HashKv hashKv() throws IOException {
    return hashKv(Revision.LATEST);
  }

  /**
   * What a member that holds this snapshot answers to {@code HashKV}. Reads the history once, or
   * twice when it was compacted; takes up to 90 bytes and the key for each key then.
   *
   * <p>Live members may answer otherwise for the very revision of their last compaction, with a
   * hash they remember from before it; {@link #compareWithLive} considers that.
   *
   * @param revision the revision, from the compacted one to the latest one
   * @return the answer
   * @throws RevisionNotRetainedException when the revision was compacted or is in the future
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public HashKv hashKv(Revision revision) throws IOException {
    return new HashKvScan(bytes).run(revision, OptionalLong.empty());
  }

  /**
   * What a member answers that was compacted since the snapshot was taken.
   *
   * @param revision the revision, from the compacted one to the latest one
   * @param compactRevision the revision of the member's last compaction, from the snapshot's own to
   *     its latest revision; -1 for none, as in {@link HashKv#compactRevision}
   * @return the answer
   * @throws RevisionNotRetainedException when the revision is below the compacted one or in the
   *     future
   * @throws IllegalArgumentException when the snapshot was compacted later than that, or ends
   *     before it, so that there is no revision that both hold
   * @throws CorruptBackupException when the snapshot is damaged
   * @throws IOException when it cannot be read
   */
  public HashKv hashKv(Revision revision, long compactRevision) throws IOException {
    return new HashKvScan(bytes).run(revision, OptionalLong.of(compactRevision));
  }

  /**
   * Compares the history of this snapshot with that of a live cluster, as far as both hold it: up
   * to the last revision of the one that ends earlier. Asks the member once or twice; each time it
   * reads its whole history. Here it takes what {@link #hashKv(Revision)} takes.
   *
   * <p>There is no answer when one side was compacted at that revision or after it, for what would
   * have to be hashed is gone; nor at the very revision of the last compaction, for which members
   * from 3.5 on remember a hash of the time before. A live cluster that was compacted less far than
   * the snapshot cannot be compared with it either: restoring an older backup makes one.
   *
   * @param live a member of the cluster
   * @return equal, different, or why neither can be said
   * @throws CorruptBackupException when the snapshot is damaged; verify it first
   * @throws IOException when it cannot be read, or the member cannot be asked
   */
  public HashComparison compareWithLive(LiveHash live) throws IOException {
    return new LiveComparison(retained(new SnapshotScan(bytes)), this::hashKv).with(live);
  }

  /**
   * The SHA-256 of all bytes, as {@code sha256sum} prints it and {@link
   * dev.etcdbackup.SnapshotDigest} holds it. Reads everything once.
   *
   * @return lower-case hex
   * @throws IOException when it cannot be read
   */
  public String sha256() throws IOException {
    try (InputStream in = bytes.stream()) {
      return HexFormat.of().formatHex(Sha256.of(in));
    }
  }

  private static RevisionRange retained(SnapshotScan scan) throws IOException {
    return RevisionRange.of(scan.lastRevision(), MetaBucket.read(scan).compactRevision());
  }

  /**
   * Closes the file.
   *
   * @throws IOException when that fails
   */
  @Override
  public void close() throws IOException {
    bytes.close();
  }
}
