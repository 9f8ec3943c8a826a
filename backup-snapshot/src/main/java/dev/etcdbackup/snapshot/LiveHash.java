package dev.etcdbackup.snapshot;

import java.io.IOException;
import java.util.Optional;

/**
 * A live member, asked for {@code HashKV}: {@code LiveMember} of backup-etcd, or whatever else
 * reaches it.
 */
@FunctionalInterface
public interface LiveHash {
  /**
   * Asks the member.
   *
   * @param revision up to which revision, or 0 for the current
   * @return its answer, where the revision is the one that was hashed up to, never 0; empty when
   *     the member has that revision no longer or not yet
   * @throws IOException when it cannot be asked
   */
  Optional<HashKv> hashKv(long revision) throws IOException;
}
