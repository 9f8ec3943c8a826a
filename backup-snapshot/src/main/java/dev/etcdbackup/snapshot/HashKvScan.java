package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * HashKV, in one pass over the events, or two where history was compacted: a compaction leaves out
 * what the next one of its keys replaced, whether it was carried out on the file yet or not.
 * Source: {@code etcd/server/storage/mvcc/hash.go}.
 */
final class HashKvScan {
  private final RandomAccessBytes bytes;

  HashKvScan(RandomAccessBytes bytes) {
    this.bytes = bytes;
  }

  HashKv run(Revision revision, OptionalLong compactedSince) throws IOException {
    SnapshotScan first = new SnapshotScan(bytes);
    long compactedInFile = MetaBucket.read(first).compactRevision();
    long compact = compactedSince.orElse(compactedInFile);
    long latest = RevisionRange.of(first.lastRevision(), compactedInFile).latest();
    if (compact < compactedInFile || compact > latest) {
      throw new IllegalArgumentException(
          "compactRevision must be "
              + compactedInFile
              + " to "
              + latest
              + ", where this snapshot was compacted and where it ends, not "
              + compact);
    }
    long until = new RevisionRange(compact, latest).resolve(revision);
    KeyIndex inForce = new KeyIndex();
    if (compact > 0) {
      first.events(
          event -> {
            if (event.main <= until) {
              inForce.add(event);
            }
          });
    }
    CRC32C hash = new CRC32C();
    hash.update("key".getBytes(US_ASCII));
    new SnapshotScan(bytes)
        .events(
            event -> {
              if (event.main <= until && isHashed(event, compact, inForce)) {
                hash.update(event.array(), event.pairOffset(), event.pairLength());
              }
            });
    return new HashKv(hash.getValue(), until, compact);
  }

  private static boolean isHashed(Event event, long compact, KeyIndex latest) {
    if (event.main > compact) {
      return true;
    }
    boolean kept = latest.live() == 0 || latest.isLatestPut(event);
    return kept && !(event.main == compact && event.deleted);
  }
}
