package dev.etcdbackup.s3;

import java.util.Base64;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;

/** A key of the customer by which the server encrypts and decrypts (SSE-C). Never shown. */
final class CustomerKey {
  static final int BYTES = 32;

  private static final String HEADER = "x-amz-server-side-encryption-customer-";

  private final String key;
  private final String md5;

  CustomerKey(byte[] key) {
    this.key = Base64.getEncoder().encodeToString(key);
    this.md5 = S3Bucket.base64Md5(key, key.length);
  }

  /** As headers, the same for each of the five requests that need them. */
  AwsRequestOverrideConfiguration addTo(AwsRequestOverrideConfiguration settings) {
    return settings.toBuilder()
        .putHeader(HEADER + "algorithm", "AES256")
        .putHeader(HEADER + "key", key)
        .putHeader(HEADER + "key-md5", md5)
        .build();
  }
}
