package dev.etcdbackup.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.Leaf;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import java.io.IOException;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The status, in one pass over all pairs. Source: {@code etcdutl/snapshot/v3_snapshot.go} and its
 * predecessors.
 */
final class StatusScan {
  private final RandomAccessBytes bytes;
  private final CRC32C hash = new CRC32C();
  private final KeyIndex users = new KeyIndex();
  private long revision;
  private long pairs;

  StatusScan(RandomAccessBytes bytes) {
    this.bytes = bytes;
  }

  SnapshotStatus run(Optional<StatusVersion> as) throws IOException {
    MetaBucket metadata = MetaBucket.read(new SnapshotScan(bytes));
    boolean countUsers = as.orElse(metadata.writtenBy()).compareTo(StatusVersion.V3_6) >= 0;
    SnapshotScan scan = new SnapshotScan(bytes);
    SnapshotScan.Events events = new SnapshotScan.Events(users::add);
    for (Bucket bucket : scan.buckets()) {
      hash.update(bucket.name().getBytes(ISO_8859_1));
      boolean key = bucket.name().equals("key");
      scan.pairs(
          bucket,
          leaf -> {
            leaf.data(hash::update);
            pairs += leaf.count();
            if (key) {
              takeRevision(leaf);
            }
            if (key && countUsers) {
              events.leaf(leaf);
            }
          });
    }
    return new SnapshotStatus(
        hash.getValue(),
        revision,
        countUsers ? users.live() : pairs,
        scan.meta().databaseSize(),
        countUsers ? Optional.of(metadata.storageVersion) : Optional.empty());
  }

  private void takeRevision(Leaf leaf) throws IOException {
    if (leaf.count() > 0) {
      leaf.select(leaf.count() - 1);
      revision = SnapshotScan.mainRevision(SnapshotScan.key(leaf));
    }
  }
}
