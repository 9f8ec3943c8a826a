package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * Finds the unfinished uploads that this library began long ago, and aborts them.
 *
 * <p>A list of uploads has key, id and time of each, not its metadata. So ours are recognised by
 * the key: a name that this library gives by itself.
 */
final class UploadSweep {
  private final S3Bucket bucket;
  private final Uploads uploads;
  private final String project;
  private final Duration olderThan;

  UploadSweep(S3Bucket bucket, String project, Duration olderThan) {
    this.bucket = bucket;
    this.uploads = new Uploads(bucket);
    this.project = project;
    this.olderThan = olderThan;
  }

  /** Finds the uploads that {@link #run} would abort. */
  List<AbandonedUpload> find() throws StoreException {
    List<AbandonedUpload> found = new ArrayList<>();
    for (AbandonedUpload upload : oldOnes()) {
      if (!isInDoubt(upload)) {
        found.add(upload);
      }
    }
    return found;
  }

  /** Aborts the uploads; when one cannot be aborted, it fails after it has aborted the others. */
  List<AbandonedUpload> run() throws StoreException {
    List<AbandonedUpload> aborted = new ArrayList<>();
    StoreException failure = null;
    for (AbandonedUpload upload : oldOnes()) {
      try {
        if (!isInDoubt(upload)) {
          uploads.abort(upload.key(), upload.uploadId());
          aborted.add(upload);
        }
      } catch (StoreException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return aborted;
  }

  /**
   * Whether the upload may have become the object of its name although the answer to its completion
   * was lost. RGW releases of before 2025 would then delete the parts of that object
   * (tracker.ceph.com/issues/68982). An upload without parts cannot have become an object.
   */
  private boolean isInDoubt(AbandonedUpload upload) throws StoreException {
    return bucket.head(upload.key()).isPresent()
        && uploads.hasParts(upload.key(), upload.uploadId());
  }

  private List<AbandonedUpload> oldOnes() throws StoreException {
    String start = bucket.start(project);
    List<AbandonedUpload> old = oldOnes(start);
    // MinIO finds uploads by the exact key alone, or without a prefix.
    return old.isEmpty() && !start.isEmpty() ? oldOnes("") : old;
  }

  private List<AbandonedUpload> oldOnes(String start) throws StoreException {
    List<AbandonedUpload> old = new ArrayList<>();
    Instant now = null;
    ListMultipartUploadsResponse last = null;
    while (true) {
      ListMultipartUploadsResponse page = uploads.page(start, last);
      if (now == null) {
        now = S3Bucket.timeOf(page);
      }
      for (MultipartUpload upload : page.uploads()) {
        BackupKey key = bucket.ownKey(upload.key(), project);
        Instant begun = upload.initiated();
        if (key != null && begun != null && isOld(begun, now) && isOursAndOld(key, now)) {
          old.add(new AbandonedUpload(key, upload.uploadId(), begun));
        }
      }
      if (!Boolean.TRUE.equals(page.isTruncated())) {
        return old;
      }
      requireProgress(last, page);
      last = page;
    }
  }

  private static void requireProgress(
      @Nullable ListMultipartUploadsResponse last, ListMultipartUploadsResponse page)
      throws StoreException {
    boolean stands =
        last != null
            && Objects.equals(page.nextKeyMarker(), last.nextKeyMarker())
            && Objects.equals(page.nextUploadIdMarker(), last.nextUploadIdMarker());
    if (stands || page.nextKeyMarker() == null) {
      throw new StoreException(
          "the list of uploads is cut off: the server does not say how to go on", null);
    }
  }

  private boolean isOld(Instant begun, Instant now) {
    return Duration.between(begun, now).compareTo(olderThan) >= 0;
  }

  /**
   * Whether the name is one that this library creates, with an old time: some servers show the same
   * time in the past for every upload.
   */
  private boolean isOursAndOld(BackupKey key, Instant now) {
    try {
      key.requireWritable();
    } catch (IllegalArgumentException e) {
      return false;
    }
    BackupName name = BackupName.parse(key.name());
    return name.kind() != BackupKind.OTHER && name.time().filter(it -> isOld(it, now)).isPresent();
  }
}
