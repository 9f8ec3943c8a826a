package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.Fixtures;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The store on a Ceph RADOS Gateway over HTTP. */
@Tag("server")
class RgwTest {
  private static S3Server server;

  @BeforeAll
  static void start() {
    server = S3Server.ceph();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
  }

  @Test
  void whatAnotherUserOwnsMayNotBeTouched() {
    String key = System.getenv("ETCDBACKUP_RGW_OTHER_ACCESS_KEY");
    String secret = System.getenv("ETCDBACKUP_RGW_OTHER_SECRET_KEY");
    if (key == null || secret == null) {
      throw Fixtures.missing("no other user of the RGW: set ETCDBACKUP_RGW_OTHER_ACCESS_KEY");
    }
    try (TestBucket bucket = new TestBucket(server);
        S3Client other = TestBucket.client(server, server.endpoint(), key, secret)) {
      S3BackupStore store = S3BackupStore.builder(other, bucket.name).build();
      BackupKey backup = BackupKey.of("p", "a");
      for (Callable<?> call :
          List.<Callable<?>>of(
              () -> store.list("p"),
              () -> store.find(backup),
              () -> store.put(backup, Content.of(InputStream.nullInputStream())))) {
        assertThatThrownBy(call::call)
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("403 AccessDenied")
            .hasMessageContaining("these credentials may not do this");
      }
    }
  }

  @Test
  void theDefaultsOfTheSdkAreNamedAsTheTrapTheyAre() {
    try (TestBucket bucket = new TestBucket(server);
        S3Client defaults =
            S3Client.builder()
                .endpointOverride(server.endpoint())
                .forcePathStyle(true)
                .region(Region.of(server.region()))
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
                .build()) {
      S3BackupStore store = S3BackupStore.builder(defaults, bucket.name).build();
      byte[] bytes = S3StoreBehaviour.random(1_000);
      try {
        StoredBackup put =
            store.put(BackupKey.of("p", "a"), Content.of(new ByteArrayInputStream(bytes)));
        assertThat(put.size()).as("stored by an RGW after 16").isEqualTo(1_000);
      } catch (BackupException e) {
        assertThat(e)
            .hasMessageContaining("400 XAmzContentSHA256Mismatch")
            .hasMessageContaining("S3Clients.forRgw");
      }
    }
  }

  @Test
  void keysThatAreNotWritableAreReadAndDeletedAllTheSame() throws Exception {
    try (TestBucket bucket = new TestBucket(server)) {
      List<String> keys = List.of("p/", "p/../y", "p/./z", "p//x", "p/\\b", "p/tab\there");
      keys.forEach(key -> bucket.putRaw(key, key));
      bucket.putRaw("y", "not to be touched");
      S3BackupStore store = bucket.store().build();
      List<StoredBackup> listed = store.list("p");
      assertThat(listed).extracting(backup -> backup.key().toString()).isEqualTo(keys);
      for (StoredBackup backup : listed) {
        assertThat(store.find(backup.key())).contains(backup);
        try (InputStream in = store.open(backup, 0, backup.size())) {
          assertThat(in.readAllBytes()).asString().isEqualTo(backup.key().toString());
        }
      }
      List<BackupKey> all = listed.stream().map(StoredBackup::key).toList();
      assertThat(store.delete(all).gone()).containsExactlyInAnyOrderElementsOf(all);
      assertThat(bucket.keys()).containsExactly("y");
    }
  }

  @Nested
  class Contract extends S3StoreContract {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  class Behaviour extends S3StoreBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  class Sweep extends S3SweepBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  class Race extends S3RaceBehaviour {
    @Override
    S3Server server() {
      return server;
    }

    @Override
    int winnersOfLargeBackups() {
      return 16; // RGW 16 and 18 ignore the condition on a completion
    }
  }

  @Nested
  class Versions extends S3VersionsBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  class Faults extends S3FaultBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  class Copies extends S3CopyBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }

  @Nested
  class Silence extends S3SilenceBehaviour {
    @Override
    S3Server server() {
      return server;
    }
  }
}
