package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.s3.S3Bucket.Found;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.GetObjectLockConfigurationResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockEnabled;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;

/** S3's object lock: asked before deletes, and set by puts when that is wanted. Thread-safe. */
final class ObjectLocks {
  private final S3Bucket bucket;
  private final @Nullable ObjectLock mode;
  private final Duration time;
  private volatile boolean enabled; // once it is, for ever

  ObjectLocks(S3Bucket bucket, @Nullable ObjectLock mode, Duration time) {
    this.bucket = bucket;
    this.mode = mode;
    this.time = time;
  }

  /** What a put that begins now is to ask for; null when nothing. */
  @Nullable Retention retention() {
    // Servers drop fractions of seconds; not ours, or the lock would end before its time.
    return mode == null
        ? null
        : new Retention(
            mode, Instant.now().plus(time).truncatedTo(ChronoUnit.SECONDS).plusSeconds(1));
  }

  /** Fails before anything is sent if locks are wanted that the bucket cannot have. */
  void require() throws StoreException {
    if (mode == null || enabled) {
      return;
    }
    if (!mayBe()) {
      throw new StoreException(
          "s3://"
              + bucket.name
              + " has no object lock, so no backup can be locked in it: use a bucket that was created"
              + " with object lock, or store without a lock",
          null);
    }
    enabled = true;
  }

  /** Whether objects of the bucket may be locked; also when these credentials may not know. */
  boolean mayBe() throws StoreException {
    try {
      GetObjectLockConfigurationResponse answer =
          bucket.client.getObjectLockConfiguration(
              r -> r.bucket(bucket.name).overrideConfiguration(bucket.withDeadline));
      return answer.objectLockConfiguration() != null
          && answer.objectLockConfiguration().objectLockEnabled() == ObjectLockEnabled.ENABLED;
    } catch (SdkException e) {
      int status = S3Exceptions.status(e);
      String code = S3Exceptions.code(e);
      boolean none = status == 404 && !S3Exceptions.isAboutAllRequests(code);
      if (none || status == 405 || status == 501) { // the last two: a server that cannot lock
        return false;
      }
      // A refusal that is about this question alone leaves it open: each object is asked then.
      if (status / 100 == 4 && !S3Exceptions.isAboutAllRequests(code)) {
        return true;
      }
      throw bucket.exceptions().failed("GetObjectLockConfiguration", "s3://" + bucket.name, e);
    }
  }

  /** Why an object may not be deleted yet, by the server's clock; empty when it may. */
  static Optional<String> lockOf(Found found) {
    HeadObjectResponse head = found.head();
    if (head.objectLockLegalHoldStatus() == ObjectLockLegalHoldStatus.ON) {
      return Optional.of("locked by a legal hold, until that is lifted");
    }
    Instant until = head.objectLockRetainUntilDate();
    if (until == null || !until.isAfter(S3Bucket.timeOf(head))) {
      return Optional.empty();
    }
    String mode = head.objectLockModeAsString();
    return Optional.of(
        "locked until "
            + until.truncatedTo(ChronoUnit.SECONDS)
            + (mode == null ? "" : " in " + mode.toLowerCase(Locale.ROOT) + " mode"));
  }

  /** Makes sure that an object just stored is locked: RGW 16 drops the wish of a large upload. */
  void confirm(Found found, Retention wanted) throws StoreException {
    HeadObjectResponse head = found.head();
    Instant shown = head.objectLockRetainUntilDate();
    if (isLocked(head, wanted)) {
      return;
    }
    boolean longEnough = shown != null && !shown.isBefore(wanted.until());
    Instant until = longEnough ? shown : wanted.until();
    BackupKey key = found.stored().key();
    try {
      bucket.client.putObjectRetention(
          r ->
              r.bucket(bucket.name)
                  .key(bucket.path(key))
                  .versionId(head.versionId())
                  .retention(lock -> lock.mode(wanted.mode().name()).retainUntilDate(until))
                  .overrideConfiguration(bucket.withDeadline));
    } catch (SdkException e) {
      String text = bucket.url(key) + " is stored and not locked: ";
      StoreException failure = bucket.exceptions().failed("PutObjectRetention", bucket.url(key), e);
      throw new StoreException(text + failure.getMessage(), e, true);
    }
    Found after = bucket.head(key).orElse(found);
    boolean locked = isLocked(after.head(), new Retention(wanted.mode(), until));
    if (!locked && !isHiddenFromUs(after)) {
      throw unprotected(found);
    }
  }

  /**
   * Whether these credentials may not read locks; AWS leaves them out of the answer to HEAD then.
   */
  private boolean isHiddenFromUs(Found found) {
    try {
      bucket.client.getObjectRetention(
          r ->
              r.bucket(bucket.name)
                  .key(bucket.path(found.stored().key()))
                  .versionId(found.head().versionId())
                  .overrideConfiguration(bucket.withDeadline));
      return false;
    } catch (SdkException e) {
      return S3Exceptions.code(e).equals("AccessDenied");
    }
  }

  private static boolean isLocked(HeadObjectResponse head, Retention wanted) {
    Instant until = head.objectLockRetainUntilDate();
    return until != null
        && !until.isBefore(wanted.until())
        && (ObjectLock.COMPLIANCE.name().equals(head.objectLockModeAsString())
            || wanted.mode() == ObjectLock.GOVERNANCE);
  }

  /** A backup that the server was asked to lock and did not, without a refusal, is removed. */
  private StoreException unprotected(Found found) {
    String text =
        bucket.url(found.stored().key())
            + ": the server accepts the lock and does not set it, so the backup ";
    String advice = "; use a server that supports object lock, or store without a lock";
    try {
      bucket.discard(found);
      return new StoreException(text + "was removed again" + advice, null);
    } catch (StoreException e) {
      text += "is stored and not locked, and could not be removed: " + e.getMessage();
      return new StoreException(text + advice, e, true);
    }
  }
}
