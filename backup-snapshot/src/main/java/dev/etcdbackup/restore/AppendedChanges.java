package dev.etcdbackup.restore;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.changes.RevisionFingerprint;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import dev.etcdbackup.snapshot.Revision;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Adds recorded changes to the copy of a backup: their events after the last one of the bucket
 * {@code key}, which is in the order of revisions, and the leases as they were then. For one use,
 * by one thread.
 */
final class AppendedChanges {
  /** What a lease is granted whose time is not known, in seconds. */
  private static final long UNKNOWN_TTL = 60;

  private static final int PUT_LENGTH = 17;
  private static final int DELETE_LENGTH = 18;

  private final EtcdSnapshot snapshot;
  private final long compactRevision;
  private final ChangeReplay replay;
  private final Map<Long, byte[]> leases = new TreeMap<>(Long::compareUnsigned); // -> leasepb.Lease
  private final List<Pair> lastPairs = new ArrayList<>(); // of the last revision of the backup
  private String sha256 = "";
  private long lastRevision;
  private long current;
  private long sub;
  private ChangeReplay.@Nullable Result result;

  /** A pair of the bucket {@code key}. */
  private static final class Pair {
    final byte[] bytes;
    final int keyLength;

    Pair(byte[] bytes, int keyLength) {
      this.bytes = bytes;
      this.keyLength = keyLength;
    }
  }

  /**
   * @param snapshot the backup
   * @param compactRevision up to where its history is gone, -1 when there is all of it
   */
  AppendedChanges(EtcdSnapshot snapshot, long compactRevision, ChangeReplay replay) {
    this.snapshot = snapshot;
    this.compactRevision = compactRevision;
    this.replay = replay;
  }

  /** Takes note of a pair of the bucket {@code key} of the backup. */
  void event(byte[] array, int keyOffset, int keyLength, int valueLength) {
    long revision = ByteBuffer.wrap(array, keyOffset, Long.BYTES).getLong();
    if (revision != lastRevision) {
      lastPairs.clear();
      lastRevision = revision;
    }
    byte[] bytes = Arrays.copyOfRange(array, keyOffset, keyOffset + keyLength + valueLength);
    lastPairs.add(new Pair(bytes, keyLength));
  }

  /** Adds the events; the bucket {@code key} is complete up to the last one of the backup. */
  void addEvents(DatabaseWriter out) throws IOException {
    result =
        replay.run(
            base(),
            event -> {
              sub = event.revision() == current ? sub + 1 : 0;
              current = event.revision();
              out.add(key(event.deletion()), event.keyValue());
            });
  }

  /** Reads the events and adds them nowhere. */
  Reached verifyEvents() throws IOException {
    return compared(replay.run(base(), event -> {}).reached(), Optional.empty());
  }

  private ChainLink.Base base() {
    long last = Math.max(Math.max(lastRevision, compactRevision), 1);
    ChainLink.Base base = new ChainLink.Base(last, fingerprint(), this::sha256);
    lastPairs.clear();
    return base;
  }

  /** That of the backup, which is read for it once, whatever number of objects may follow it. */
  private String sha256() throws IOException {
    if (sha256.isEmpty()) {
      sha256 = snapshot.sha256();
    }
    return sha256;
  }

  private String fingerprint() {
    RevisionFingerprint fingerprint = new RevisionFingerprint();
    for (Pair pair : lastPairs) {
      fingerprint.event(
          pair.keyLength == DELETE_LENGTH,
          pair.bytes,
          pair.keyLength,
          pair.bytes.length - pair.keyLength);
    }
    return fingerprint.finish();
  }

  private byte[] key(boolean deletion) {
    ByteBuffer key = ByteBuffer.allocate(deletion ? DELETE_LENGTH : PUT_LENGTH);
    key.putLong(current).put((byte) '_').putLong(sub);
    return (deletion ? key.put((byte) 't') : key).array();
  }

  /** Takes note of a pair of the bucket {@code lease} of the backup. */
  void lease(byte[] array, int keyOffset, int keyLength, int valueLength) {
    long id = ByteBuffer.wrap(array, keyOffset, Long.BYTES).getLong();
    int from = keyOffset + keyLength;
    leases.put(id, Arrays.copyOfRange(array, from, from + valueLength));
  }

  /**
   * Adds the leases, as the bucket {@code lease}: without changes those of the backup, else those
   * that were there at the last cut or at the one before it. A lease that ended between them has no
   * keys any more, and ends by itself.
   */
  void addLeases(DatabaseWriter out) throws IOException {
    ChangeReplay.Result played = played();
    if (played.reached().objects() > 1) {
      leases.clear();
    }
    played.leases().forEach((id, lease) -> leases.computeIfAbsent(id, added -> encode(lease)));
    for (var lease : leases.entrySet()) {
      byte[] key = ByteBuffer.allocate(Long.BYTES).putLong(lease.getKey()).array();
      out.add(key, lease.getValue());
    }
  }

  private static byte[] encode(Lease lease) {
    long ttl = lease.ttlSeconds() > 0 ? lease.ttlSeconds() : UNKNOWN_TTL;
    return new Message().number(1, lease.id()).number(2, ttl).toBytes();
  }

  /**
   * Compares the database that was written with the last recorded HashKV of the live cluster.
   *
   * @throws CorruptBackupException when they differ
   */
  Reached compare(Path database) throws IOException {
    Reached reached = played().reached();
    Optional<HashKv> recorded =
        reached.compared().filter(hash -> hash.compactRevision() >= compactRevision);
    if (recorded.isPresent()) {
      HashKv live = recorded.get();
      try (EtcdSnapshot written = EtcdSnapshot.open(database)) {
        HashKv here = written.hashKv(Revision.of(live.revision()), live.compactRevision());
        if (!here.equals(live)) {
          throw new CorruptBackupException(
              "the restored database differs from the live cluster at revision "
                  + live.revision()
                  + ": HashKV is "
                  + here.hash()
                  + ", the cluster answered "
                  + live.hash());
        }
      }
    }
    return compared(reached, recorded);
  }

  private static Reached compared(Reached reached, Optional<HashKv> hash) {
    return new Reached(
        reached.revision(),
        reached.time(),
        reached.objects(),
        reached.events(),
        hash,
        reached.problem());
  }

  private ChangeReplay.Result played() {
    return Objects.requireNonNull(result, "the bucket key was not complete");
  }
}
