package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.S3Bucket.Found;
import java.io.InputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Backups in a bucket of Ceph's RADOS Gateway, AWS or another S3 server, each as the object {@code
 * [PREFIX/]PROJECT/NAME}.
 *
 * <p>Thread-safe; any number of stores and processes may use one bucket. The bucket must exist.
 * Needs the rights to get, put, list and delete objects and to abort uploads.
 *
 * <h2>Put</h2>
 *
 * <p>A HEAD sees whether the name is free before the first byte is read. Content smaller than a
 * part goes up in one PutObject, which the server refuses when the name was taken meanwhile ({@code
 * If-None-Match: *}). Larger content becomes a multipart upload, completed only after the content's
 * stream has ended, after another HEAD, and with the same condition. <b>RGW 16 and 18 ignore the
 * condition there</b>: when two writers complete one name within the milliseconds between this HEAD
 * and the completion, the later replaces the earlier, whole as it is. In a bucket with versions RGW
 * 16 ignores it on PutObject too. Writers that share names need a lock.
 *
 * <p>Each object carries the id of its upload as metadata. When an answer is lost, the store checks
 * which upload made the object, and repeats the request up to three times. Only when the outcome is
 * still unknown it throws with {@link StoreException#outcomeUnknown()}. A multipart upload whose
 * completion is in doubt is not aborted, since RGW releases of before 2025 could lose the data of
 * an object that is just being completed; every other one is. Such uploads, and those of killed
 * processes, are aborted by {@link #sweepUploads} or a lifecycle rule of the bucket ({@code
 * AbortIncompleteMultipartUpload}).
 *
 * <p>Over HTTPS each body carries its MD5, which servers check; over HTTP its SHA-256 is signed.
 *
 * <h2>Versions and object lock</h2>
 *
 * <p>In a bucket with versions a deleted backup is one under a delete marker: it is neither listed
 * nor found, and its name is free. Older versions are never listed and never removed; a lifecycle
 * rule of the bucket removes them ({@code NoncurrentVersionExpiration}). {@link #delete} refuses a
 * backup that object lock keeps, and does not hide it under a marker.
 *
 * <h2>Memory</h2>
 *
 * <p>Put holds {@code parallelUploads + 1} buffers of the size of a part; content below one part
 * takes at most twice its size. With the defaults that is 36 MiB of heap. The part size grows with
 * {@link Content#expectedSize()} so that it fits into 9,000 of S3's 10,000 parts: by default from
 * 105 GiB on. Content that is larger than announced, or not announced, makes the parts double as it
 * goes on: by default 36 MiB of heap up to 46 GiB, 72 MiB up to 62 GiB, 144 MiB up to 93 GiB, at
 * most 2.9 TiB. A stream from {@link #open} holds 16 MiB, or 128 KiB when it is of 4 MiB or less.
 *
 * <h2>Threads and time</h2>
 *
 * <p>Requests are made on daemon threads of the store, at most {@code parallelUploads + 2} for each
 * call; they end a second after the last one. There is nothing to close. An interrupt ends a call
 * within a second, also when the server is silent; what was on its way then ends in the background
 * within the {@code requestTimeout}, and a put cleans up there. An interrupt while the backup is
 * being committed leaves the outcome unknown. Every request ends after {@code requestTimeout}, its
 * repetitions included. The client decides how often a failed request is repeated; {@link
 * S3Clients} makes three attempts.
 */
public final class S3BackupStore implements BackupStore {
  /** The age from which an unfinished upload counts as abandoned: 24 hours. */
  public static final Duration ABANDONED_AFTER = Duration.ofHours(24);

  private final Workers workers = new Workers();
  private final S3Bucket bucket;
  private final ObjectLocks locks;
  private final String shown;
  private final long partSizeBytes;
  private final int parallelUploads;
  private final Duration requestTimeout;

  S3BackupStore(S3StoreBuilder builder) {
    bucket =
        new S3Bucket(
            builder.client,
            builder.bucket,
            builder.prefix,
            builder.requestTimeout,
            builder.sseCustomerKey);
    locks = new ObjectLocks(bucket, builder.lockMode, builder.lockTime);
    shown = "s3://" + builder.bucket + (builder.prefix.isEmpty() ? "" : '/' + builder.prefix);
    partSizeBytes = builder.partSizeBytes;
    parallelUploads = builder.parallelUploads;
    requestTimeout = builder.requestTimeout;
  }

  private S3BackupStore(S3BackupStore other) {
    bucket = other.bucket;
    locks = new ObjectLocks(bucket, null, Duration.ZERO);
    shown = other.shown;
    partSizeBytes = other.partSizeBytes;
    parallelUploads = other.parallelUploads;
    requestTimeout = other.requestTimeout;
  }

  /**
   * Returns a builder of a store.
   *
   * @param client a client for the server, {@link S3Clients#forRgw} say. It stays the caller's, who
   *     closes it after the last use of the store. It should allow {@code parallelUploads + 2}
   *     connections for each put at a time
   * @param bucket the name of the bucket, which exists
   * @return a builder with the defaults
   */
  public static S3StoreBuilder builder(S3Client client, String bucket) {
    return new S3StoreBuilder(client, bucket);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes 3 requests for content below a part, else 5 and one for each part; a store's first put
   * takes one more, unless a listing came before. With {@link S3StoreBuilder#objectLock} one more,
   * the first time, to ask whether the bucket can do that, and one more where the server does not
   * lock what it was asked to lock (RGW 16 and large backups). When that one is refused the backup
   * is stored, not locked, and the outcome counts as unknown. A backup that the server accepts and
   * then does not show as locked, or as encrypted with the {@link S3StoreBuilder#sseCustomerKey},
   * is removed again, and put fails.
   */
  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    key.requireWritable();
    requireFree(key);
    PartSizes sizes = new PartSizes(partSizeBytes, content.expectedSize());
    return new Upload(bucket, locks, workers, requestTimeout, key, content, sizes, parallelUploads)
        .run();
  }

  private void requireFree(BackupKey key) throws BackupException {
    try {
      if (workers.call(() -> isTaken(key))) {
        throw new BackupExistsException(key);
      }
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("looking for " + bucket.url(key), e, false);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes a request for each 1,000 objects, and some 300 bytes of heap for each. A key may hold
   * a character that XML forbids. Where the server does not encode such a key in its answers
   * ({@code encoding-type=url}), the request is repeated once, all other objects are listed, and
   * {@link dev.etcdbackup.IncompleteListingException} names the prefix of the key.
   */
  @Override
  public List<StoredBackup> list(String project) throws BackupException {
    Objects.requireNonNull(project, "project");
    try {
      return workers.call(() -> bucket.listing().all(project));
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("listing " + this, e, false);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The answer to a HEAD has no reason. The first time that a backup is not found, a listing
   * checks that the bucket exists and accepts these credentials; otherwise the call fails.
   */
  @Override
  public Optional<StoredBackup> find(BackupKey key) throws BackupException {
    Objects.requireNonNull(key, "key");
    try {
      return workers.call(() -> bucket.head(key)).map(Found::stored);
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("looking for " + bucket.url(key), e, false);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes a request for each 4 MiB, up to 4 of them at once: one at first, so that reading only
   * the beginning takes one request, and one more for each 4 MiB that was read. Each names the
   * version; of a backup without one all is read by one request. The stream is for one thread;
   * closing it, from any thread, ends a read.
   */
  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    if (offset < 0 || length < 0 || length > backup.size() - offset) {
      throw new IllegalArgumentException(
          "offset " + offset + " and length " + length + " must be within 0 to " + backup.size());
    }
    String url = bucket.url(backup.key());
    if (length == 0) {
      return openEmpty(backup, url);
    }
    // Ranges without a version might be of different ones.
    boolean ahead = length > ReadAhead.RANGE && !backup.version().isEmpty();
    long first = ahead ? ReadAhead.RANGE : length;
    try {
      ResponseInputStream<GetObjectResponse> in =
          workers.callThrough(() -> bucket.get(backup, offset, first), ResponseInputStream::abort);
      return ahead
          ? new ReadAhead(bucket, workers, requestTimeout, backup, in, offset, length)
          : new S3ObjectStream(in, length, workers, bucket.exceptions(), url, requestTimeout);
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("opening " + url, e, false);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Takes a request to ask whether the bucket has object lock, and one for each 1,000 keys. When
   * the request for 1,000 fails, those are refused and the others go on. Where there is object lock
   * (or these credentials may not ask), one more for each key, and those are refused that are
   * locked, by the server's clock: {@code locked until 2026-11-22T10:00:00Z in compliance mode}.
   * AWS shows a lock only to those who may read it ({@code s3:GetObjectRetention}, {@code
   * s3:GetObjectLegalHold}).
   */
  @Override
  public DeleteResult delete(Collection<BackupKey> keys) throws BackupException {
    List<BackupKey> distinct = List.copyOf(new LinkedHashSet<>(keys));
    try {
      return workers.call(() -> new Deletion(bucket, locks).run(distinct));
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("deleting from " + this, e, true);
    }
  }

  /**
   * The uploads that {@link #sweepUploads} would abort: begun by this library, long ago, and not
   * ended. They are what killed processes leave, and puts whose outcome stayed unknown.
   *
   * <p>These are uploads whose key is in this store and whose name is one that this library
   * creates, {@code PREFIX_vREVISION_TIME}, a tarball's or that of changes; all others, also those
   * of backups with names that a person chose, may belong to other programs and are not aborted. An
   * upload that has parts is not aborted either when there is an object with its name, because the
   * object may consist of them.
   *
   * <p>An upload is old when both the time that the server shows and the time in its name are.
   *
   * <p>Takes a request for each 1,000 unfinished uploads under the project; when none of them is
   * old, the same for the whole bucket, since MinIO does not find uploads by a prefix; and one or
   * two for each that is found. Ages are by the server's clock.
   *
   * @param project the whole first segment of the keys, or {@code ""} for everything
   * @param olderThan how long ago they were begun at least, 0 or more
   * @return the uploads in the order in which the server lists them
   * @throws IllegalArgumentException when {@code olderThan} is negative
   * @throws StoreException when they cannot be listed to the end
   * @throws UnsupportedOperationException when the server has no such request (it answers 404, 405
   *     or 501)
   */
  public List<AbandonedUpload> abandonedUploads(String project, Duration olderThan)
      throws BackupException {
    UploadSweep sweep = sweep(project, olderThan);
    try {
      return workers.call(sweep::find);
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("looking for uploads in " + this, e, false);
    }
  }

  /**
   * Aborts the {@link #abandonedUploads}, which frees the space of their parts. The store never
   * does so by itself.
   *
   * <p>An upload that is still written to must not be old enough: it would fail, and RGW releases
   * of before 2025 could lose what is just being completed. So let {@code olderThan} be longer than
   * any put may take; {@link #ABANDONED_AFTER} is for puts of up to a day. Takes one request more
   * for each upload.
   *
   * @param project the whole first segment of the keys, or {@code ""} for everything
   * @param olderThan how long ago they were begun at least, 0 or more
   * @return the uploads that were aborted
   * @throws IllegalArgumentException when {@code olderThan} is negative
   * @throws StoreException when they could not be listed to the end, and nothing was aborted; or
   *     when one of them could not be aborted, and the others were
   * @throws UnsupportedOperationException when the server has no such request (it answers 404, 405
   *     or 501); nothing was aborted
   */
  public List<AbandonedUpload> sweepUploads(String project, Duration olderThan)
      throws BackupException {
    UploadSweep sweep = sweep(project, olderThan);
    try {
      return workers.call(sweep::run);
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("aborting uploads in " + this, e, true);
    }
  }

  /**
   * Copies backups of another store into this one within the server, which both are of. The
   * requests are made with the credentials of this store, which must be allowed to read the other
   * one.
   *
   * <p>A copy takes a HEAD, 6 requests and one for each part, of the sizes of {@link #put}, and
   * holds 128 KiB. It is committed as {@link #put} says, object lock included; then its first and
   * last 64 KiB are compared with those of the source. A copy that differs is removed again.
   *
   * @param from the store that is read
   * @return what copies from there to here
   * @throws IllegalArgumentException when the clients are of different endpoints, or for AWS of
   *     different regions, or one of the stores has a {@link S3StoreBuilder#sseCustomerKey}
   */
  public ServerSideCopy serverSideCopyFrom(S3BackupStore from) {
    return new CopyWithinServer(from, this);
  }

  /** Without a look at what was copied. */
  StoredBackup copy(S3Bucket from, StoredBackup source) throws BackupException {
    BackupKey key = source.key();
    key.requireWritable();
    requireFree(key);
    Content content = Content.of(InputStream.nullInputStream(), source.size());
    PartSizes sizes = new PartSizes(partSizeBytes, content.expectedSize());
    return new Upload(bucket, locks, workers, requestTimeout, key, content, sizes, parallelUploads)
        .copy(from, source);
  }

  /** Removes a copy that turned out to differ, unless something else has its name by now. */
  void discard(StoredBackup copy) throws BackupException {
    String url = bucket.url(copy.key());
    try {
      workers.call(
          () -> {
            Optional<Found> found = bucket.head(copy.key());
            if (found.isPresent() && found.get().stored().version().equals(copy.version())) {
              bucket.discard(found.get());
            }
            return url;
          });
    } catch (InterruptedException e) {
      throw S3Exceptions.interrupted("removing " + url + ", a copy that differs", e, true);
    }
  }

  /** Returns the same store, which does not lock what it puts. */
  S3BackupStore withoutObjectLock() {
    return new S3BackupStore(this);
  }

  S3Bucket bucket() {
    return bucket;
  }

  ObjectLocks locks() {
    return locks;
  }

  private UploadSweep sweep(String project, Duration olderThan) {
    Objects.requireNonNull(project, "project");
    if (olderThan.isNegative()) {
      throw new IllegalArgumentException("olderThan must be 0 or more, not " + olderThan);
    }
    return new UploadSweep(bucket, project, olderThan);
  }

  /** Returns the place of the backups: {@code s3://BUCKET/PREFIX}. */
  @Override
  public String toString() {
    return shown;
  }

  private boolean isTaken(BackupKey key) throws StoreException {
    locks.require();
    return bucket.head(key).isPresent();
  }

  /** A range of 0 bytes cannot be requested, so a HEAD checks whether the version still exists. */
  private InputStream openEmpty(StoredBackup backup, String url) throws BackupException {
    StoredBackup now = find(backup.key()).orElse(null);
    if (now == null || !now.version().equals(backup.version())) {
      throw new BackupNotFoundException(
          backup.key(), url + " does not exist, or was replaced", null);
    }
    return InputStream.nullInputStream();
  }
}
