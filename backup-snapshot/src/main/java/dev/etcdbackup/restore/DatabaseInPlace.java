package dev.etcdbackup.restore;

import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.DatabaseWriter;
import dev.etcdbackup.snapshot.bbolt.Meta;
import dev.etcdbackup.snapshot.bbolt.RandomAccessBytes;
import dev.etcdbackup.snapshot.bbolt.TreeWalk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A copied database that becomes the one of a new member: its large buckets, {@code key} and {@code
 * lease}, stay as they are, and the others are written anew behind them.
 */
final class DatabaseInPlace {
  private final Meta meta;
  private final Map<String, Long> largeBuckets;

  private DatabaseInPlace(Meta meta, Map<String, Long> largeBuckets) {
    this.meta = meta;
    this.largeBuckets = largeBuckets;
  }

  /**
   * Reads where they are.
   *
   * @param file the copy; whether it is damaged is found when it is verified
   */
  static DatabaseInPlace read(Path file) throws IOException {
    try (RandomAccessBytes bytes = RandomAccessBytes.ofFile(file)) {
      Meta meta = Meta.read(bytes);
      Map<String, Long> roots = new HashMap<>();
      for (Bucket bucket : new TreeWalk(bytes, meta, (damage, page, at, what) -> {}).buckets()) {
        boolean large = bucket.name().equals("key") || bucket.name().equals("lease");
        if (large && !bucket.isInline()) {
          roots.put(bucket.name(), bucket.root());
        }
      }
      return new DatabaseInPlace(meta, roots);
    }
  }

  /** The page at the top of each large bucket; those that are small are not among them. */
  Map<String, Long> largeBuckets() {
    return largeBuckets;
  }

  /** Writes the rest behind the database, which is as it was until that is finished. */
  DatabaseWriter writer(FileChannel file) {
    return new DatabaseWriter(file, meta);
  }
}
