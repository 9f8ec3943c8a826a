package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/** The store on a Ceph RADOS Gateway over HTTPS, its authority given as a file. */
@Tag("server")
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
        S3Clients.forRgw(server.endpoint())
            .credentials(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
            .build()) {
      S3BackupStore store = S3BackupStore.builder(trusting, "bucket").build();
      assertThatThrownBy(() -> store.list("p"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("PKIX")
          .hasMessageContaining("is its authority known (--s3-ca, caPem)?");
    }
  }

  @Test
  void everyBodyCarriesItsMd5() throws Exception {
    List<String> sums = new CopyOnWriteArrayList<>();
    ExecutionInterceptor watch =
        new ExecutionInterceptor() {
          @Override
          public void beforeExecution(
              Context.BeforeExecution context, ExecutionAttributes attributes) {
            if (context.request() instanceof PutObjectRequest put) {
              sums.add(put.contentMD5());
            }
            if (context.request() instanceof UploadPartRequest part) {
              sums.add(part.contentMD5());
            }
          }
        };
    try (TestBucket bucket = new TestBucket(server);
        S3Client watched =
            S3Clients.forRgw(server.endpoint())
                .credentials(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
                .caPem(server.caPem().orElseThrow())
                .describe()
                .overrideConfiguration(o -> o.addExecutionInterceptor(watch))
                .build()) {
      S3BackupStore store =
          S3BackupStore.builder(watched, bucket.name).partSizeBytes(5 << 20).build();
      byte[] bytes = S3StoreBehaviour.random(6 << 20);
      store.put(BackupKey.of("p", "small"), Content.of(new ByteArrayInputStream(bytes, 0, 9)));
      store.put(BackupKey.of("p", "large"), Content.of(new ByteArrayInputStream(bytes)));
      assertThat(sums)
          .containsExactlyInAnyOrder(
              md5(bytes, 0, 9), md5(bytes, 0, 5 << 20), md5(bytes, 5 << 20, 1 << 20));
    }
  }

  private static String md5(byte[] bytes, int offset, int length) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("MD5");
    digest.update(bytes, offset, length);
    return Base64.getEncoder().encodeToString(digest.digest());
  }

  @Nested
  @Tag("night")
  class Contract extends S3StoreContract {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  @Tag("night")
  class Behaviour extends S3StoreBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }
}
