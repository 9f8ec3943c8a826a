package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.s3.S3StoreCheck.Finding;
import dev.etcdbackup.s3.S3StoreCheck.Result;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.BucketVersioningStatus;

@Tag("slow")
@Timeout(120)
class S3StoreCheckTest {
  private static final List<String> SUBJECTS =
      List.of(
          "list",
          "clock",
          "put and get",
          "names",
          "conditional put",
          "large backups",
          "conditional complete",
          "unfinished uploads",
          "encryption",
          "object lock",
          "delete");

  private static void assertSuits(List<Finding> findings) {
    assertThat(findings).extracting(Finding::subject).containsExactlyElementsOf(SUBJECTS);
    assertThat(findings).noneMatch(one -> one.result() == Result.FAILED);
  }

  private static Finding finding(List<Finding> findings, String subject) {
    return findings.stream().filter(one -> one.subject().equals(subject)).findAny().orElseThrow();
  }

  @Test
  void anEmbeddedServerSuitsAndNothingIsLeftBehind() {
    try (S3Server server = S3Server.embedded();
        TestBucket bucket = new TestBucket(server)) {
      List<Finding> heard = new ArrayList<>();

      List<Finding> findings = S3StoreCheck.run(bucket.store().build(), heard::add);

      assertSuits(findings);
      assertThat(heard).isEqualTo(findings);
      assertThat(finding(findings, "large backups").text()).contains("MiB/s up");
      assertThat(bucket.client.listObjectsV2(r -> r.bucket(bucket.name)).contents()).isEmpty();
      assertThat(bucket.uploads()).isEmpty();
    }
  }

  @Test
  @Tag("server")
  void theGatewayOfCephSuitsAndNoVersionIsLeftBehind() {
    try (S3Server server = S3Server.ceph();
        TestBucket bucket = new TestBucket(server)) {
      bucket.client.putBucketVersioning(
          r ->
              r.bucket(bucket.name)
                  .versioningConfiguration(v -> v.status(BucketVersioningStatus.ENABLED)));

      List<Finding> findings = S3StoreCheck.run(bucket.store().build(), one -> {});

      assertSuits(findings);
      assertThat(finding(findings, "conditional complete").result()).isEqualTo(Result.WARNING);
      assertThat(bucket.client.listObjectVersions(r -> r.bucket(bucket.name)).versions()).isEmpty();
      assertThat(bucket.client.listObjectVersions(r -> r.bucket(bucket.name)).deleteMarkers())
          .isEmpty();
    }
  }

  @Nested
  @Tag("server")
  class OnAPeculiarServer {
    private PeculiarS3 server;
    private S3Client client;

    @BeforeEach
    void start() throws IOException {
      server = new PeculiarS3();
      client = server.client();
    }

    @AfterEach
    void stop() {
      client.close();
      server.close();
    }

    @Test
    void aBucketThatCannotBeListedIsTheOnlyFinding() {
      server.refuse("GET", "list-type", 404, "NoSuchBucket", "no");

      List<Finding> findings =
          S3StoreCheck.run(S3BackupStore.builder(client, "b").build(), one -> {});

      assertThat(findings).hasSize(1);
      assertThat(findings.get(0).result()).isEqualTo(Result.FAILED);
      assertThat(findings.get(0).text()).contains("there is no such bucket");
    }

    @Test
    void conditionsThatAreIgnoredAreAWarning() {
      List<Finding> findings =
          S3StoreCheck.run(S3BackupStore.builder(client, "b").build(), one -> {});

      assertThat(finding(findings, "conditional put").result()).isEqualTo(Result.WARNING);
      assertThat(finding(findings, "conditional put").text()).contains("give the writers");
      assertThat(server.objects).isEmpty();
    }

    @Test
    void anIgnoredCustomersKeyIsAFailureAndNothingIsLeftBehind() {
      server.customerKeys = false;

      List<Finding> findings =
          S3StoreCheck.run(
              new S3BackupStore(S3BackupStore.builder(client, "b").sseCustomerKey(new byte[32])),
              one -> {});

      assertThat(finding(findings, "put and get").result()).isEqualTo(Result.FAILED);
      assertThat(finding(findings, "put and get").text()).contains("ignores the customer's key");
      assertThat(server.objects).isEmpty();
    }

    @Test
    void aLockThatIsWantedAndCannotBeHadIsAFailure() {
      List<Finding> findings =
          S3StoreCheck.run(
              S3BackupStore.builder(client, "b")
                  .objectLock(ObjectLock.GOVERNANCE, Duration.ofDays(1))
                  .build(),
              one -> {});

      assertThat(finding(findings, "object lock").result()).isEqualTo(Result.FAILED);
      assertThat(finding(findings, "object lock").text()).contains("has no object lock");
      assertThat(server.objects).isEmpty();
    }

    @Test
    void whatCannotBeRemovedIsSaid() {
      server.refuse("DELETE", "", 403, "AccessDenied", "no");

      List<Finding> findings =
          S3StoreCheck.run(S3BackupStore.builder(client, "b").build(), one -> {});

      Finding last = findings.get(findings.size() - 1);
      assertThat(last.subject()).isEqualTo("clean up");
      assertThat(last.result()).isEqualTo(Result.FAILED);
      assertThat(last.text()).contains("are left").contains("etcd-backup-check/");
    }
  }
}
