package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.s3.S3Bucket.Found;
import dev.etcdbackup.s3.S3Exceptions.Effect;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * The request that makes a backup visible, PutObject or CompleteMultipartUpload, seen through to
 * where it is known what became of it.
 *
 * <p>An answer may get lost after the server has done its work, and then the server may refuse a
 * repetition because the first attempt succeeded. So after such failures the key is looked up; the
 * object says by its metadata which upload made it. A request without a clear answer is repeated,
 * three times at most and not after the deadline of a request has passed: that does no harm, for
 * the name is either free or ours.
 */
final class ConditionalCommit {
  private static final int ATTEMPTS = 4;
  private static final long FIRST_PAUSE_MILLIS = 100;

  private final S3Bucket bucket;
  private final BackupKey key;
  private final String operation;
  private final String mark;
  private final long size;
  private final long deadline;
  private boolean mayBeDone;

  ConditionalCommit(
      S3Bucket bucket,
      BackupKey key,
      String operation,
      String mark,
      long size,
      Duration noRepeats) {
    this.bucket = bucket;
    this.key = key;
    this.operation = operation;
    this.mark = mark;
    this.size = size;
    this.deadline = System.nanoTime() + noRepeats.toNanos();
  }

  /**
   * Commits.
   *
   * @param request the request; throws {@link SdkException}
   * @return what HEAD shows then
   * @throws BackupExistsException when something else has the name
   * @throws StoreException when nothing was stored; or, with the outcome unknown, when no answer
   *     came and nothing of ours is seen under the key yet, or the answer was yes and nothing is
   */
  Found run(Runnable request) throws BackupException {
    for (int attempt = 1; ; attempt++) {
      try {
        request.run();
        break;
      } catch (SdkException e) {
        Optional<Found> done = afterFailure(e);
        if (done.isPresent()) {
          return done.get();
        }
        boolean late = System.nanoTime() - deadline > 0;
        if (S3Exceptions.effect(e) == Effect.REFUSED || attempt == ATTEMPTS || late) {
          throw failed(e);
        }
        pause(attempt, e);
      }
    }
    mayBeDone = true;
    return ours()
        .orElseThrow(
            () ->
                new StoreException(
                    bucket.url(key) + " was stored, and the server does not show it", null, true));
  }

  private Optional<Found> afterFailure(SdkException e) throws BackupException {
    mayBeDone |= S3Exceptions.effect(e) == Effect.UNKNOWN;
    int status = S3Exceptions.status(e);
    // 412 and 409: the name is taken. 404: there is no such upload (any more).
    boolean ask = mayBeDone || status == 404 || status == 409 || status == 412;
    return ask ? ours() : Optional.empty();
  }

  private Optional<Found> ours() throws BackupException {
    Optional<Found> found;
    try {
      found = bucket.head(key);
    } catch (StoreException e) {
      String text = operation + " may have stored " + bucket.url(key) + ", but ";
      throw new StoreException(text + e.getMessage(), e, true);
    }
    if (found.isPresent() && !found.get().uploadMark().equals(mark)) {
      throw new BackupExistsException(key);
    }
    if (found.isPresent()) {
      requireAsSent(found.get());
    }
    return found;
  }

  /** What the server stored in another form than was asked for is removed again. */
  private void requireAsSent(Found found) throws StoreException {
    long stored = found.stored().size();
    try {
      if (stored != size) {
        String text = bucket.url(key) + " has " + stored + " bytes instead of " + size;
        throw new StoreException(text + "; do not trust this server", null);
      }
      bucket.encryption().requireConfirmed(operation, key, found.head().sseCustomerAlgorithm());
      bucket.encryption().requireKeyNeeded(operation, key);
    } catch (StoreException e) {
      try {
        bucket.discard(found);
      } catch (StoreException refused) {
        String text = e.getMessage() + "; it is stored and could not be removed: ";
        throw new StoreException(text + refused.getMessage(), refused, true);
      }
      throw e;
    }
  }

  private StoreException failed(SdkException e) {
    S3Exceptions exceptions = bucket.exceptions();
    return mayBeDone
        ? exceptions.unknown(operation, bucket.url(key), e)
        : exceptions.failed(operation, bucket.url(key), e);
  }

  private void pause(int attempt, SdkException e) throws StoreException {
    try {
      TimeUnit.MILLISECONDS.sleep(FIRST_PAUSE_MILLIS << attempt);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw failed(e);
    }
  }
}
