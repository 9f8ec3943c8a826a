package dev.etcdbackup.restore;

import java.nio.ByteBuffer;

/** Revisions as etcd's database holds them. */
final class StoredRevision {
  private StoredRevision() {}

  /** How history names a revision: the number within its transaction is 0. */
  static byte[] of(long main) {
    return ByteBuffer.allocate(17).putLong(main).put((byte) '_').putLong(0).array();
  }
}
