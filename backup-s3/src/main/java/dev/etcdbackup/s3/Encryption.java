package dev.etcdbackup.s3;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoreException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Checks that the server encrypts with the customer's key (SSE-C), when there is one, instead of
 * ignoring it. Thread-safe.
 */
final class Encryption {
  private final S3Bucket bucket;
  private final boolean asked;
  private volatile boolean keyNeeded; // the server has refused to show an object without the key

  Encryption(S3Bucket bucket, boolean asked) {
    this.bucket = bucket;
    this.asked = asked;
  }

  /** Fails when the answer to a request that had the customer's key does not confirm its use. */
  void requireConfirmed(String operation, BackupKey key, @Nullable String algorithm)
      throws StoreException {
    if (asked && algorithm == null) {
      throw new StoreException(
          operation
              + " of "
              + bucket.url(key)
              + " at "
              + bucket.exceptions().endpoint()
              + ": the server ignores the customer's key and stores without encryption; use a"
              + " server that supports SSE-C over this address, or give no key",
          null);
    }
  }

  /**
   * Fails when an object that was put with the customer's key can be read without it. A server that
   * keeps headers it does not know as metadata shows them again, and so seems to confirm the key.
   * Asked until the server has refused once.
   */
  void requireKeyNeeded(String operation, BackupKey key) throws StoreException {
    if (!asked || keyNeeded) {
      return;
    }
    try {
      bucket.client.headObject(
          r ->
              r.bucket(bucket.name)
                  .key(bucket.path(key))
                  .overrideConfiguration(bucket.withDeadline));
    } catch (SdkException e) {
      int status = S3Exceptions.status(e);
      if (status != 400 && status != 403) {
        throw bucket.exceptions().failed("HeadObject", bucket.url(key), e);
      }
      keyNeeded = true;
      return;
    }
    requireConfirmed(operation, key, null);
  }

  /** Whether each request that needs it carries a customer's key. */
  boolean isAsked() {
    return asked;
  }
}
