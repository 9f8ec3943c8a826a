package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.s3.S3Bucket.Found;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * One put under a name that was free: one PutObject when all fits into less than a part, else a
 * multipart upload. The calling thread reads the content; {@link Workers} send it.
 */
final class Upload {
  private static final int FIRST_BUFFER = 256 << 10;

  private final S3Bucket bucket;
  private final Uploads uploads;
  private final ObjectLocks locks;
  private final Workers workers;
  private final Duration requestTimeout;
  private final BackupKey key;
  private final Content content;
  private final PartSizes sizes;
  private final int parallel;
  private final @Nullable Retention retention;
  private final String mark = UUID.randomUUID().toString();
  private byte[] buffer = {};
  private long size;

  Upload(
      S3Bucket bucket,
      ObjectLocks locks,
      Workers workers,
      Duration requestTimeout,
      BackupKey key,
      Content content,
      PartSizes sizes,
      int parallel) {
    this.bucket = bucket;
    this.uploads = new Uploads(bucket);
    this.locks = locks;
    this.retention = locks.retention();
    this.workers = workers;
    this.requestTimeout = requestTimeout;
    this.key = key;
    this.content = content;
    this.sizes = sizes;
    this.parallel = parallel;
  }

  StoredBackup run() throws BackupException {
    try {
      int length = fill(sizes.of(1));
      return length < sizes.of(1) ? putObject(length) : multipart(parts -> sendAll(parts, length));
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("storing " + bucket.url(key), e, false);
    }
  }

  /** Lets the server take the parts from another bucket; the content is not read. */
  StoredBackup copy(S3Bucket from, StoredBackup source) throws BackupException {
    size = source.size();
    try {
      return multipart(parts -> copyAll(parts, from, source));
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("copying to " + bucket.url(key), e, false);
    }
  }

  private interface Sending {
    List<CompletedPart> through(PartUploader parts) throws BackupException, InterruptedException;
  }

  private StoredBackup putObject(int length) throws BackupException {
    ConditionalCommit commit =
        new ConditionalCommit(bucket, key, "PutObject", mark, size, requestTimeout);
    return seeThrough(
        () -> locked(commit.run(() -> bucket.putObject(key, mark, retention, buffer, length))));
  }

  private StoredBackup multipart(Sending sending) throws BackupException, InterruptedException {
    String upload =
        workers.callThrough(() -> uploads.create(key, mark, retention), this::abortUnheard);
    PartUploader parts = new PartUploader(uploads, workers, key, upload, parallel);
    List<CompletedPart> received;
    try {
      received = sending.through(parts);
    } catch (Throwable e) {
      parts.abandon(e);
      throw e;
    }
    return seeThrough(() -> complete(upload, received));
  }

  private List<CompletedPart> sendAll(PartUploader parts, int firstLength)
      throws BackupException, InterruptedException {
    int length = firstLength;
    for (int number = 1; length > 0; number++) {
      if (number > PartSizes.MAX_PARTS) {
        throw new StoreException(
            bucket.url(key)
                + " does not fit into 10000 parts: it has more than "
                + sizes.capacity()
                + " bytes; announce its size, or set a larger partSizeBytes",
            null);
      }
      parts.send(number, buffer, length);
      if (length < sizes.of(number)) {
        break;
      }
      int next = sizes.of(Math.min(number + 1, PartSizes.MAX_PARTS));
      buffer = parts.buffer(next);
      length = fill(next);
    }
    buffer = new byte[0];
    return parts.finish();
  }

  private List<CompletedPart> copyAll(PartUploader parts, S3Bucket from, StoredBackup source)
      throws BackupException, InterruptedException {
    long offset = 0;
    for (int number = 1; offset < size; number++) {
      long length = Math.min(sizes.of(number), size - offset);
      parts.copy(number, from, source, offset, length);
      offset += length;
    }
    return parts.finish();
  }

  /** Runs on a worker and continues when the caller is interrupted. */
  private StoredBackup complete(String upload, List<CompletedPart> parts) throws BackupException {
    String operation = "CompleteMultipartUpload " + upload;
    ConditionalCommit commit =
        new ConditionalCommit(bucket, key, operation, mark, size, requestTimeout);
    try {
      if (bucket.head(key).isPresent()) {
        throw new BackupExistsException(key);
      }
      return locked(commit.run(() -> uploads.complete(key, upload, parts)));
    } catch (BackupException e) {
      abortUnlessUnknown(upload, e);
      throw e;
    }
  }

  private StoredBackup locked(Found found) throws BackupException {
    if (retention != null) {
      locks.confirm(found, retention);
    }
    return found.stored();
  }

  /**
   * An upload that may be just completing is not touched: RGW releases of before 2025 would take
   * the parts away from under a visible object (tracker.ceph.com/issues/68982).
   */
  private void abortUnlessUnknown(String upload, BackupException failure) {
    if (failure instanceof StoreException e && e.outcomeUnknown()) {
      return;
    }
    try {
      uploads.abort(key, upload);
    } catch (StoreException e) {
      failure.addSuppressed(e);
    }
  }

  private void abortUnheard(String upload) {
    try {
      uploads.abort(key, upload);
    } catch (StoreException e) {
      // The caller was interrupted and has left, so there is no one to report to.
    }
  }

  private StoredBackup seeThrough(Workers.Task<StoredBackup> commit) throws BackupException {
    try {
      return workers.callThrough(commit, late -> {});
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("the store was to commit " + bucket.url(key), e, true);
    }
  }

  /**
   * Reads until the part is full or the content ends. The first buffer grows as needed, for a small
   * backup shall take little; the later ones come in their full size.
   */
  private int fill(int wanted) throws BackupException, InterruptedException {
    int length = 0;
    while (length < wanted) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (length == buffer.length) {
        buffer = Arrays.copyOf(buffer, roomFor(length, wanted));
      }
      int count = read(length, Math.min(wanted, buffer.length) - length);
      if (count < 0) {
        break;
      }
      length += count;
      size += count;
    }
    return length;
  }

  private int roomFor(int length, int wanted) {
    long announced = length == 0 ? content.expectedSize().orElse(0) + 1 : 0;
    long room = Math.max(announced, Math.max(FIRST_BUFFER, 2L * length));
    return (int) Math.min(wanted, room);
  }

  private int read(int offset, int length) throws BackupException {
    try {
      return content.stream().read(buffer, offset, length);
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new SourceException(
          "the content of " + key + " could not be read: " + FailureText.of(e), e);
    }
  }
}
