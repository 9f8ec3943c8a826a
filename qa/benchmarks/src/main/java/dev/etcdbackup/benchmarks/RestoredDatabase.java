package dev.etcdbackup.benchmarks;

import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.KeyCursor;
import dev.etcdbackup.snapshot.KeyRange;
import dev.etcdbackup.snapshot.Revision;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a restored data directory holds.
 *
 * @param hash of all history in it
 * @param keys how many keys there are
 * @param leased how many of these have a lease
 */
record RestoredDatabase(HashKv hash, long keys, long leased) {
  static RestoredDatabase read(Path dataDir) throws IOException {
    try (EtcdSnapshot database = EtcdSnapshot.open(dataDir.resolve("member/snap/db"))) {
      long keys = 0;
      long leased = 0;
      KeyCursor cursor = database.keys(KeyRange.all(), Revision.LATEST);
      while (cursor.next()) {
        keys++;
        if (cursor.lease() != 0) {
          leased++;
        }
      }
      return new RestoredDatabase(database.hashKv(), keys, leased);
    }
  }

  /** Fails when it is not all that the member holds. */
  void requireAllOf(HashKv live) {
    if (hash.hash() != live.hash() || hash.revision() != live.revision()) {
      throw new IllegalStateException("restored were " + hash + ", the member has " + live);
    }
  }

  @Override
  public String toString() {
    return "revision " + hash.revision() + ", " + keys + " keys, " + leased + " with a lease";
  }
}
