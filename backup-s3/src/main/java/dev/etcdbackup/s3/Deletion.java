package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;

/** Deletes keys and sorts them by what became of each. For one call. */
final class Deletion {
  private static final int KEYS_PER_DELETE = 1_000; // S3's limit

  private final Bucket bucket;
  private final Set<BackupKey> gone = new HashSet<>();
  private final Map<BackupKey, String> refused = new HashMap<>();

  Deletion(Bucket bucket) {
    this.bucket = bucket;
  }

  DeleteResult run(List<BackupKey> keys) throws StoreException {
    StoreException failure = null;
    boolean answered = keys.isEmpty();
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
    if (!answered && failure != null) {
      throw failure;
    }
    return new DeleteResult(gone, refused);
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
