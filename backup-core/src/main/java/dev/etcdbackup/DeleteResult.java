package dev.etcdbackup;

import java.util.Map;
import java.util.Set;

/**
 * The result of deleting backups: each key is in exactly one of the two collections.
 *
 * <p>Immutable and thread-safe.
 *
 * @param gone the keys under which nothing is stored any more: deleted by this call, or absent
 *     before (S3 does not distinguish the two)
 * @param refused the keys that the store did not delete, each with the reason in one line
 */
public record DeleteResult(Set<BackupKey> gone, Map<BackupKey, String> refused) {
  /** Copies the collections. */
  public DeleteResult {
    gone = Set.copyOf(gone);
    refused = Map.copyOf(refused);
  }
}
