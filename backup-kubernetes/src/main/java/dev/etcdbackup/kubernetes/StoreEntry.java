package dev.etcdbackup.kubernetes;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a Secret or a ConfigMap says of a bucket, and the names that its entries have in Secrets of
 * many origins. Of several names, the first counts whose entry is there and is not blank.
 */
public enum StoreEntry {
  /** The URL of the S3 server. */
  ENDPOINT(
      "endpoint",
      "AWS_ENDPOINT_URL_S3",
      "AWS_ENDPOINT_URL",
      "S3_ENDPOINT",
      "s3_endpoint",
      "https_s3_endpoint",
      "http_s3_endpoint"),
  /** The bucket. */
  BUCKET("bucket", "BUCKET_NAME", "S3_BUCKET"),
  /** The prefix before the projects. */
  PREFIX("prefix", "S3_PREFIX"),
  /** The region that requests are signed for. */
  REGION("region", "AWS_REGION", "AWS_DEFAULT_REGION", "BUCKET_REGION"),
  /** The access key. */
  ACCESS_KEY("accessKeyId", "AWS_ACCESS_KEY_ID", "accessKeyID", "access_key", "S3_ACCESS_KEY"),
  /** The secret key. */
  SECRET_KEY("secretAccessKey", "AWS_SECRET_ACCESS_KEY", "secret_key", "S3_SECRET_KEY"),
  /** The token of a session. */
  SESSION_TOKEN("sessionToken", "AWS_SESSION_TOKEN"),
  /** The role that the pod's projected token is exchanged for. */
  ROLE("roleArn", "AWS_ROLE_ARN"),
  /** The file of the pod's projected token. */
  TOKEN_FILE("webIdentityTokenFile", "AWS_WEB_IDENTITY_TOKEN_FILE"),
  /** The authorities to trust, in PEM. */
  CA("ca.crt", "ca.pem", "ca-bundle.crt"),
  /** The proxy, {@code http://HOST:PORT}. */
  PROXY("proxy", "HTTPS_PROXY", "HTTP_PROXY"),
  /** A shared credentials file of AWS with the profile {@code default}. */
  CREDENTIALS_FILE("credentials"),
  /** A shared configuration file of AWS with the profile {@code default}. */
  CONFIG_FILE("config");

  @SuppressWarnings("ImmutableEnumChecker") // a list of List.of
  private final List<String> names;

  StoreEntry(String... names) {
    this.names = List.of(names);
  }

  /**
   * Returns the names of the entry.
   *
   * @return the names, the one that precedes the others first
   */
  public List<String> names() {
    return names;
  }

  /**
   * Finds the name under which the entry is there.
   *
   * @param isThere whether there is an entry of a name, and it is not blank
   * @return the first such name; empty when there is none
   */
  public Optional<String> find(Predicate<String> isThere) {
    return names.stream().filter(isThere).findFirst();
  }
}
