package dev.etcdbackup.benchmarks;

import dev.etcdbackup.s3.S3Clients;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/** An S3 server and a bucket in it. */
final class S3Target {
  private static final String BUCKET = "bench";

  private final String name;
  private final URI endpoint;
  private final String accessKey;
  private final String secretKey;

  S3Target(String name, URI endpoint, String accessKey, String secretKey) {
    this.name = name;
    this.endpoint = endpoint;
    this.accessKey = accessKey;
    this.secretKey = secretKey;
  }

  /** The target that {@link #environment()} of another process described. */
  static S3Target fromEnvironment(String name) {
    return new S3Target(
        name,
        URI.create(required(variable(name, "ENDPOINT"))),
        required(variable(name, "ACCESS_KEY")),
        required(variable(name, "SECRET_KEY")));
  }

  String name() {
    return name;
  }

  URI endpoint() {
    return endpoint;
  }

  String bucket() {
    return BUCKET;
  }

  boolean isCeph() {
    return name.equals("rgw");
  }

  /** For a process that calls {@link #fromEnvironment}. */
  Map<String, String> environment() {
    return Map.of(
        variable(name, "ENDPOINT"), endpoint.toString(),
        variable(name, "ACCESS_KEY"), accessKey,
        variable(name, "SECRET_KEY"), secretKey);
  }

  /** For the tools of others, and our own. */
  Map<String, String> awsEnvironment() {
    return Map.of(
        "AWS_ACCESS_KEY_ID", accessKey,
        "AWS_SECRET_ACCESS_KEY", secretKey,
        "AWS_DEFAULT_REGION", "us-east-1");
  }

  /** A client, to be closed by the caller. */
  S3Client client() {
    return S3Clients.forRgw(endpoint)
        .credentials(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
        .build();
  }

  /** Deletes the bucket with all that is in it. */
  void deleteBucket() {
    try (S3Client client = client()) {
      for (ListObjectsV2Response page : client.listObjectsV2Paginator(r -> r.bucket(BUCKET))) {
        List<ObjectIdentifier> keys =
            page.contents().stream()
                .map(object -> ObjectIdentifier.builder().key(object.key()).build())
                .toList();
        if (!keys.isEmpty()) {
          client.deleteObjects(r -> r.bucket(BUCKET).delete(d -> d.objects(keys)));
        }
      }
      client.deleteBucket(r -> r.bucket(BUCKET));
    }
  }

  @Override
  public String toString() {
    return name + " at " + endpoint;
  }

  private static String variable(String target, String what) {
    return "BENCH_" + target.toUpperCase(java.util.Locale.ROOT) + '_' + what;
  }

  private static String required(String variable) {
    return Objects.requireNonNull(System.getenv(variable), variable);
  }
}
