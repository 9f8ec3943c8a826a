package dev.etcdbackup.snapshot;

import java.io.IOException;
import java.util.Optional;

/**
 * A live member, asked for {@code HashKV}: {@code LiveMember} of backup-etcd, or another
 * implementation.
 */
@FunctionalInterface
public interface LiveHash {
  /**
   * Asks the member.
   *
   * @param revision up to which revision
   * @return its answer, where the revision is the one that was hashed up to, never 0; empty when
   *     the member no longer or not yet has that revision
   * @throws IOException when it cannot be asked
   */
  Optional<HashKv> hashKv(Revision revision) throws IOException;
}
