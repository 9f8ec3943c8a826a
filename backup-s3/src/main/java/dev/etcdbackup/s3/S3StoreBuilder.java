package dev.etcdbackup.s3;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/** A builder of an {@link S3BackupStore}. Not thread-safe. */
public final class S3StoreBuilder {
  private static final Duration LONGEST_REQUEST = Duration.ofDays(365);
  private static final Duration LONGEST_LOCK = Duration.ofDays(36_500);

  final S3Client client;
  final String bucket;
  String prefix = "";
  long partSizeBytes = 12L << 20;
  int parallelUploads = 2;
  Duration requestTimeout = Duration.ofMinutes(2);
  @Nullable ObjectLock lockMode;
  Duration lockTime = Duration.ZERO;
  @Nullable CustomerKey sseCustomerKey;

  S3StoreBuilder(S3Client client, String bucket) {
    this.client = Objects.requireNonNull(client, "client");
    this.bucket = Objects.requireNonNull(bucket, "bucket");
    if (bucket.isBlank() || bucket.indexOf('/') >= 0) {
      throw new IllegalArgumentException("bucket must be a bucket's name, not '" + bucket + "'");
    }
  }

  /**
   * Keeps the backups below a prefix. Default: none, projects are at the top of the bucket.
   *
   * @param prefix one or more segments joined by {@code /}, none empty; {@code ""} for none
   * @return this
   * @throws IllegalArgumentException when it begins or ends with a slash or has two in a row
   */
  public S3StoreBuilder prefix(String prefix) {
    if (!prefix.isEmpty() && ('/' + prefix + '/').contains("//")) {
      throw new IllegalArgumentException(
          "prefix must have no empty segment and no slash at its ends, not '" + prefix + "'");
    }
    this.prefix = prefix;
    return this;
  }

  /**
   * The smallest size of a part, and of content that becomes a multipart upload. Default: 12 MiB.
   *
   * @param partSizeBytes 5 MiB to 1 GiB, in bytes
   * @return this
   * @throws IllegalArgumentException when it is out of range
   */
  public S3StoreBuilder partSizeBytes(long partSizeBytes) {
    if (partSizeBytes < PartSizes.SMALLEST || partSizeBytes > PartSizes.LARGEST) {
      throw new IllegalArgumentException(
          "partSizeBytes must be "
              + PartSizes.SMALLEST
              + " to "
              + PartSizes.LARGEST
              + ", not "
              + partSizeBytes);
    }
    this.partSizeBytes = partSizeBytes;
    return this;
  }

  /**
   * How many parts of one backup go up at once. Default: 2.
   *
   * @param parallelUploads 1 to 32
   * @return this
   * @throws IllegalArgumentException when it is out of range
   */
  public S3StoreBuilder parallelUploads(int parallelUploads) {
    if (parallelUploads < 1 || parallelUploads > 32) {
      throw new IllegalArgumentException("parallelUploads must be 1 to 32, not " + parallelUploads);
    }
    this.parallelUploads = parallelUploads;
    return this;
  }

  /**
   * How long any one request may take, with the client's repetitions. A part must get through in
   * this time: 12 MiB in the default of 2 minutes is 103 KiB a second. Raise it for slow lines.
   *
   * @param requestTimeout more than zero, at most 365 days
   * @return this
   * @throws IllegalArgumentException when it is out of range
   */
  public S3StoreBuilder requestTimeout(Duration requestTimeout) {
    if (requestTimeout.isNegative()
        || requestTimeout.isZero()
        || requestTimeout.compareTo(LONGEST_REQUEST) > 0) {
      throw new IllegalArgumentException(
          "requestTimeout must be more than zero and at most 365 days, not " + requestTimeout);
    }
    this.requestTimeout = requestTimeout;
    return this;
  }

  /**
   * Locks each backup that is put, so that its bytes can be neither deleted nor replaced before a
   * time. Default: no lock but the one that the bucket's own rule gives.
   *
   * <p>Needs a bucket with object lock, else each put fails before its content is read. Until its
   * time {@link S3BackupStore#delete} refuses a backup, so prunes report it; a lock longer than the
   * retention keeps more backups than that.
   *
   * @param mode how strictly
   * @param time how long from the begin of the put, more than nothing, 36,500 days at most; rounded
   *     up to the second
   * @return this
   * @throws IllegalArgumentException when the time is out of range
   */
  public S3StoreBuilder objectLock(ObjectLock mode, Duration time) {
    if (time.isNegative() || time.isZero() || time.compareTo(LONGEST_LOCK) > 0) {
      throw new IllegalArgumentException(
          "the time of objectLock must be more than zero and at most 36500 days, not " + time);
    }
    this.lockMode = Objects.requireNonNull(mode, "mode");
    this.lockTime = time;
    return this;
  }

  /**
   * Has the server encrypt what is put, and decrypt what is read, with this key (SSE-C, AES-256).
   * The server does not keep the key: without it the backups cannot be read. Default: none.
   *
   * <p>It goes with each request that carries content, so the endpoint must be {@code https}. RGW
   * reads backups that were put without a key all the same; AWS does not.
   *
   * @param key 32 bytes, copied
   * @return this
   * @throws IllegalArgumentException when it is of another length
   */
  public S3StoreBuilder sseCustomerKey(byte[] key) {
    if (key.length != CustomerKey.BYTES) {
      throw new IllegalArgumentException("sseCustomerKey must be 32 bytes, not " + key.length);
    }
    this.sseCustomerKey = new CustomerKey(key);
    return this;
  }

  /**
   * Makes the store. Sends nothing.
   *
   * @return the store
   * @throws IllegalArgumentException when there is a {@link #sseCustomerKey} and the client's
   *     endpoint is not {@code https}
   * @throws IllegalStateException when the AWS SDK is older than 2.30
   */
  public S3BackupStore build() {
    SdkVersion.requireSupported();
    URI endpoint = client.serviceClientConfiguration().endpointOverride().orElse(null);
    if (sseCustomerKey != null
        && endpoint != null
        && !"https".equalsIgnoreCase(endpoint.getScheme())) {
      throw new IllegalArgumentException(
          "sseCustomerKey would be sent unencrypted: the endpoint must be https, not "
              + endpoint.getScheme());
    }
    return new S3BackupStore(this);
  }
}
