package dev.etcdbackup.faults;

import java.net.URI;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkGlobalTime;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Why a real server may refuse what it is asked. */
enum Denial {
  NO_BUCKET("bucket missing", "NoSuchBucket") {
    @Override
    String bucket(S3Site site) {
      return "etcd-backup-faults-none";
    }
  },
  UNKNOWN_KEY("access key unknown", "InvalidAccessKeyId") {
    @Override
    AwsBasicCredentials credentials(S3Site site) {
      return AwsBasicCredentials.create("UNKNOWN" + UUID.randomUUID(), "secret");
    }
  },
  WRONG_SECRET("secret key wrong", "SignatureDoesNotMatch") {
    @Override
    AwsBasicCredentials credentials(S3Site site) {
      return AwsBasicCredentials.create(site.server().accessKey(), "wrong");
    }
  },
  CLOCK("clock an hour behind", "RequestTimeTooSkewed") {
    @Override
    S3Client client(S3Site site) {
      return late(() -> super.client(site));
    }

    @Override
    boolean isDenied(S3Site site) {
      return late(() -> super.isDenied(site));
    }
  },
  READ_ONLY("bucket read-only", "AccessDenied") {
    @Override
    S3Site site(S3Site shared) {
      return S3Site.create(shared.server());
    }

    @Override
    void begin(S3Site site) {
      site.setPolicy(POLICY.formatted(site.bucket()));
    }

    @Override
    boolean isDenied(S3Site site) {
      return isDenied(
          site,
          client ->
              client.putObject(r -> r.bucket(site.bucket()).key("probe"), RequestBody.empty()));
    }

    @Override
    void end(S3Site site) {
      site.deletePolicy();
    }

    @Override
    void close(S3Site site) {
      site.closeBucket();
    }
  };

  /** Held while any client is made: {@link #CLOCK} sets a clock that all of them take over. */
  static final Object MAKING_CLIENTS = new Object();

  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
       "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": "arn:aws:s3:::%s/*"}]}
      """;

  private static final int AN_HOUR = 3600;

  private final String text;
  private final String code;

  Denial(String text, String code) {
    this.text = text;
    this.code = code;
  }

  /** The bucket to do it in. */
  S3Site site(S3Site shared) {
    return shared;
  }

  void begin(S3Site site) {}

  /** The client that the job has. */
  S3Client client(S3Site site) {
    return site.clientAt(site.endpoint(), credentials(site));
  }

  /** The bucket that the job is told. */
  String bucket(S3Site site) {
    return site.bucket();
  }

  AwsBasicCredentials credentials(S3Site site) {
    return AwsBasicCredentials.create(site.server().accessKey(), site.server().secretKey());
  }

  /** Asks the server, once. */
  boolean isDenied(S3Site site) {
    return isDenied(site, client -> client.listObjectsV2(r -> r.bucket(bucket(site))));
  }

  void end(S3Site site) {}

  void close(S3Site site) {}

  final boolean isDenied(S3Site site, Consumer<S3Client> request) {
    try (S3Client client = probing(site.endpoint(), credentials(site))) {
      request.accept(client);
      return false;
    } catch (S3Exception e) {
      return code.equals(e.awsErrorDetails().errorCode());
    }
  }

  private static S3Client probing(URI endpoint, AwsBasicCredentials credentials) {
    synchronized (MAKING_CLIENTS) {
      return S3Client.builder()
          .endpointOverride(endpoint)
          .region(Region.US_EAST_1)
          .forcePathStyle(true)
          .serviceConfiguration(s3 -> s3.chunkedEncodingEnabled(false))
          .credentialsProvider(StaticCredentialsProvider.create(credentials))
          .httpClientBuilder(Apache5HttpClient.builder())
          .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
          .build();
    }
  }

  /** Clients take over the offset of the clock when they are made. */
  private static <T> T late(Supplier<T> making) {
    synchronized (MAKING_CLIENTS) {
      SdkGlobalTime.setGlobalTimeOffset(AN_HOUR);
      try {
        return making.get();
      } finally {
        SdkGlobalTime.setGlobalTimeOffset(0);
      }
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
