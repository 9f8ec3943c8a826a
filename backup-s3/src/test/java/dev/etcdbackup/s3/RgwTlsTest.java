package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.testkit.BackupStoreContract;
import dev.etcdbackup.testkit.s3.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** The store on a Ceph RADOS Gateway over HTTPS, its authority given as a file. */
class RgwTlsTest {
  private static S3Server server;

  @BeforeAll
  static void start() {
    server = S3Server.cephTls();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void anUnknownAuthorityIsNotTrusted() {
    try (S3Client trusting =
        RgwS3Client.builder(server.endpoint())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
            .build()) {
      S3BackupStore store = S3BackupStore.builder(trusting, "bucket").build();
      assertThatThrownBy(() -> store.list("p"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("PKIX")
          .hasMessageContaining("is its authority known (caPem)?");
    }
  }

  @Nested
  class Contract extends BackupStoreContract {
    private TestBucket bucket;

    @Override
    protected BackupStore newStore() {
      bucket = new TestBucket(server);
      return bucket.store().build();
    }

    @AfterEach
    void removeBucket() {
      bucket.close();
    }
  }

  @Nested
  class Behaviour extends S3StoreBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }
}
