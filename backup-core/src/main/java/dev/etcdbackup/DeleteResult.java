package dev.etcdbackup;

import java.util.Map;
import java.util.Set;

/**
 * What became of keys that were to be deleted: each is in exactly one of the two.
 *
 * <p>Immutable and thread-safe.
 *
 * @param gone keys under which nothing is stored any more: deleted now, or absent before (S3 does
 *     not tell the two apart)
 * @param refused keys that the store did not delete, with its reason in one line
 */
public record DeleteResult(Set<BackupKey> gone, Map<BackupKey, String> refused) {
  /** Copies the collections. */
  public DeleteResult {
    gone = Set.copyOf(gone);
    refused = Map.copyOf(refused);
  }
}
