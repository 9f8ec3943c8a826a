package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.StoreException;
import dev.etcdbackup.testkit.s3.S3Server;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/** The embedded server over HTTPS, which only a client that is given its authority reaches. */
@Tag("slow")
class EmbeddedTlsTest {
  private static S3Server server;

  @BeforeAll
  static void start() {
    server = S3Server.embeddedTls();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void whoIsGivenTheAuthorityReachesIt() throws Exception {
    assertThat(server.endpoint().getScheme()).isEqualTo("https");
    try (TestBucket bucket = new TestBucket(server)) {
      assertThat(S3BackupStore.builder(bucket.client, bucket.name).build().list("")).isEmpty();
    }
  }

  @Test
  void whoIsNotGivenItIsToldSo() {
    try (S3Client withoutAuthority =
        S3Clients.forRgw(server.endpoint())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
            .build()) {
      S3BackupStore store = S3BackupStore.builder(withoutAuthority, "bucket").build();
      assertThatThrownBy(() -> store.list(""))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("is its authority known (--s3-ca, caPem)?");
    }
  }
}
