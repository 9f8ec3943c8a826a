package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.s3.S3Bucket.Found;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;

/**
 * Deletes keys and sorts them by what became of each. For one call.
 *
 * <p>Where objects may be locked, each is looked at before. In such a bucket a server puts a delete
 * marker over a locked object without an error, and a backup that must be kept is no longer listed.
 */
final class Deletion {
  private static final int KEYS_PER_DELETE = 1_000; // S3's limit

  private final S3Bucket bucket;
  private final ObjectLocks locks;
  private final Set<BackupKey> gone = new HashSet<>();
  private final Map<BackupKey, String> refused = new HashMap<>();

  private boolean answered;
  private @Nullable StoreException failure;

  Deletion(S3Bucket bucket, ObjectLocks locks) {
    this.bucket = bucket;
    this.locks = locks;
  }

  DeleteResult run(List<BackupKey> keys) throws StoreException {
    if (!keys.isEmpty()) {
      delete(locks.mayBe() ? unlocked(keys) : keys);
      if (!answered && failure != null) {
        throw failure;
      }
    }
    return new DeleteResult(gone, refused);
  }

  private List<BackupKey> unlocked(List<BackupKey> keys) {
    List<BackupKey> unlocked = new ArrayList<>();
    for (BackupKey key : keys) {
      try {
        Optional<Found> found = bucket.head(key);
        answered = true;
        Optional<String> lock = found.flatMap(ObjectLocks::lockOf);
        if (found.isEmpty()) {
          gone.add(key); // to delete it would make a marker over nothing
        } else if (lock.isPresent()) {
          refused.put(key, lock.get());
        } else {
          unlocked.add(key);
        }
      } catch (StoreException e) {
        failure = e;
        refused.put(key, e.getMessage());
      }
    }
    return unlocked;
  }

  private void delete(List<BackupKey> keys) {
    for (int from = 0; from < keys.size(); from += KEYS_PER_DELETE) {
      List<BackupKey> some = keys.subList(from, Math.min(keys.size(), from + KEYS_PER_DELETE));
      try {
        sort(some, bucket.delete(some));
        answered = true;
      } catch (StoreException e) {
        failure = e;
        some.forEach(key -> refused.put(key, e.getMessage()));
      }
    }
  }

  private void sort(List<BackupKey> asked, DeleteObjectsResponse answer) {
    Map<BackupKey, String> heard = new HashMap<>();
    answer.deleted().forEach(deleted -> heard.put(bucket.key(deleted.key()), ""));
    answer
        .errors()
        .forEach(
            error -> {
              boolean absent = "NoSuchKey".equals(error.code());
              String why = error.code() + (error.message() == null ? "" : ": " + error.message());
              heard.put(bucket.key(error.key()), absent ? "" : S3Exceptions.oneLine(why));
            });
    for (BackupKey key : asked) {
      String why = heard.getOrDefault(key, "the server did not say what became of it");
      if (why.isEmpty()) {
        gone.add(key);
      } else {
        refused.put(key, why);
      }
    }
  }
}
