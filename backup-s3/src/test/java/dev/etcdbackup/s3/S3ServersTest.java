package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.S3StoreCheck.Finding;
import dev.etcdbackup.s3.S3StoreCheck.Result;
import dev.etcdbackup.testkit.BackupStoreContract;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The store on each S3 server that is there, whichever of its features the server has: what is
 * promised holds, or is refused with nothing left behind. What a server was found to do goes into
 * the table of docs/compatibility.md.
 */
@Tag("server")
@Timeout(300)
@ParameterizedClass(name = "{0}")
@MethodSource("dev.etcdbackup.s3.ListedServers#names")
class S3ServersTest {
  private static final BackupKey KEY = BackupKey.parse("p/e_v1_2020-02-03-20:45:48");
  private static final int LARGE = (12 << 20) + 1;

  private static S3Server server;

  @Parameter String name;

  @BeforeParameterizedClassInvocation
  static void start(String name) throws IOException {
    server = ListedServers.open(name);
  }

  @AfterParameterizedClassInvocation
  static void stop(String name) throws IOException {
    if (server != null) {
      server.close();
      server = null;
      ServerRow.write(name);
    }
  }

  private static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes), bytes.length);
  }

  private static boolean isRaw(TestBucket bucket, S3Object object, byte[] bytes) {
    try (InputStream in = bucket.client.getObject(r -> r.bucket(bucket.name).key(object.key()))) {
      return Arrays.equals(in.readAllBytes(), bytes);
    } catch (SdkException | IOException refused) {
      return false;
    }
  }

  @Nested
  @ExtendWith(ServerRow.class)
  class Contract extends BackupStoreContract {
    private TestBucket bucket;

    @Override
    protected BackupStore newStore() {
      bucket = new TestBucket(server);
      return bucket.store().build();
    }

    /** The gate runs this on Ceph and s3proxy alone, in their tests. */
    @Test
    @Tag("night")
    @Override
    public void moreThanAThousandAreListedToTheLastAndDeletedToTheLast() throws Exception {
      super.moreThanAThousandAreListedToTheLastAndDeletedToTheLast();
    }

    @AfterEach
    void removeBucket() {
      bucket.close();
    }
  }

  @Test
  void theCheckOfTheStoreFindsThatItSuitsAndLeavesNothing() {
    try (TestBucket bucket = new TestBucket(server)) {
      List<Finding> findings = S3StoreCheck.run(bucket.store().build(), one -> {});

      assertThat(findings).noneMatch(one -> one.result() == Result.FAILED);
      assertThat(bucket.keys()).isEmpty();
      for (Finding one : findings) {
        if (one.subject().startsWith("conditional")) {
          ServerRow.put(
              one.subject(), one.result() == Result.OK ? "refused" : "replaced when simultaneous");
        }
      }
    }
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1_000, LARGE})
  void aCustomersKeyEncryptsOrNothingIsStored(int size) {
    try (TestBucket bucket = new TestBucket(server)) {
      // Past the check that the address is https.
      S3BackupStore store = new S3BackupStore(bucket.store().sseCustomerKey(new byte[32]));
      byte[] bytes = S3StoreBehaviour.random(size);
      String result = "yes";
      try {
        StoredBackup put = store.put(KEY, content(bytes));
        try (InputStream in = store.open(put, 0, size)) {
          assertThat(Arrays.equals(in.readAllBytes(), bytes)).as("same bytes").isTrue();
        }
        assertThat(bucket.client.listObjectsV2(r -> r.bucket(bucket.name)).contents())
            .as("stored in clear text")
            .noneMatch(one -> isRaw(bucket, one, bytes));
      } catch (IOException e) {
        assertThat(e)
            .isInstanceOf(StoreException.class)
            .message()
            .containsIgnoringCase("customer"); // MinIO refuses keys over http
        assertThat(bucket.keys()).isEmpty();
        result = "no, put fails";
      }
      assertNoUploads(bucket);
      ServerRow.put("SSE-C", result);
    }
  }

  private static void assertNoUploads(TestBucket bucket) {
    try {
      assertThat(bucket.uploads()).isEmpty();
    } catch (SdkException cannotBeListed) {
      // Then there is nothing to look at.
    }
  }

  @Test
  void aLockHoldsOrNothingIsStored() throws Exception {
    TestBucket bucket;
    try {
      bucket = TestBucket.withObjectLock(server);
    } catch (SdkException e) {
      ServerRow.put("object lock", "no");
      return;
    }
    try (bucket) {
      S3BackupStore store =
          bucket.store().objectLock(ObjectLock.GOVERNANCE, Duration.ofDays(1)).build();
      try {
        store.put(KEY, content(S3StoreBehaviour.random(1_000)));
        assertThat(store.delete(List.of(KEY)).refused().get(KEY)).contains("locked until");
        assertThat(store.find(KEY)).isPresent();
        ServerRow.put("object lock", "yes");
      } catch (StoreException e) {
        assertThat(e.outcomeUnknown()).as(e.getMessage()).isFalse();
        assertThat(bucket.keys()).isEmpty();
        ServerRow.put("object lock", "no, put fails");
      } finally {
        bucket.removeLocked();
      }
    }
  }

  @Test
  void unfinishedUploadsAreAbortedOrTheServerCannotListThem() throws Exception {
    try (TestBucket bucket = new TestBucket(server)) {
      bucket.client.createMultipartUpload(r -> r.bucket(bucket.name).key(KEY.toString()));
      S3BackupStore store = bucket.store().build();
      String result = "swept";
      try {
        assertThat(sweptOnceOld(store)).extracting(AbandonedUpload::key).containsExactly(KEY);
        assertThat(bucket.uploads()).isEmpty();
      } catch (UnsupportedOperationException e) {
        result = "cannot be listed";
      }
      ServerRow.put("unfinished uploads", result);
    }
  }

  /** The clock of an answer has whole seconds, that of an upload may have milliseconds. */
  private static List<AbandonedUpload> sweptOnceOld(S3BackupStore store) throws IOException {
    List<AbandonedUpload> swept;
    Instant end = Instant.now().plusSeconds(20);
    do {
      swept = store.sweepUploads("p", Duration.ofMillis(1));
    } while (swept.isEmpty() && Instant.now().isBefore(end));
    return swept;
  }

  @Test
  void aKeyThatXmlForbidsStopsNoOtherProject() throws Exception {
    try (TestBucket bucket = new TestBucket(server)) {
      S3BackupStore store = bucket.store().build();
      store.put(BackupKey.of("q", "a"), content(new byte[1]));
      String odd = "p/\u0001x";
      try {
        bucket.putRaw(odd, "");
      } catch (SdkException e) {
        ServerRow.put("keys that XML forbids", "refused");
        return;
      }
      try {
        String listed = store.list("p").get(0).key().toString();
        assertThat(listed).isIn(odd, "p/\uFFFDx");
        ServerRow.put(
            "keys that XML forbids", listed.equals(odd) ? "listed" : "listed under another name");
      } catch (IncompleteListingException e) {
        assertThat(e).hasMessageContaining("/p/");
        ServerRow.put("keys that XML forbids", "named, the others are listed");
      }
      assertThat(store.list("q")).hasSize(1);
      bucket.client.deleteObject(r -> r.bucket(bucket.name).key(odd));
    }
  }

  @Test
  void aMissingBucketIsNoMissingBackup() throws Exception {
    try (TestBucket bucket = new TestBucket(server)) {
      S3BackupStore none =
          S3BackupStore.builder(bucket.client, "no-such-bucket-" + System.nanoTime()).build();
      assertThatThrownBy(() -> none.list("p"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("there is no such bucket");
      assertThatThrownBy(() -> none.find(KEY))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("there is no such bucket");
      assertThat(bucket.store().build().find(KEY)).isEmpty();
    }
  }

  @Test
  void anUnknownAccessKeyAndAWrongSecretAreNamedOrNotAskedFor() throws Exception {
    try (TestBucket bucket = new TestBucket(server)) {
      List<String> hints = new ArrayList<>();
      for (List<String> keys :
          List.of(
              List.of("AKIAIOSFODNN7EXAMPLE", "secret"),
              List.of(server.accessKey(), "canary-secret"))) {
        try (S3Client client =
            TestBucket.client(server, server.endpoint(), keys.get(0), keys.get(1))) {
          assertThat(S3BackupStore.builder(client, bucket.name).build().list("p")).isEmpty();
        } catch (StoreException e) {
          assertThat(e).hasMessageNotContaining("canary-secret");
          assertThat(e.getMessage())
              .containsAnyOf("does not know the access key", "the secret key is wrong");
          hints.add(e.getMessage());
        }
      }
      assertThat(hints.size()).isIn(0, 2);
      ServerRow.put("credentials", hints.isEmpty() ? "not checked" : "checked");
    }
  }

  @Test
  void anotherRegionWorksOrIsNamed() throws Exception {
    try (TestBucket bucket = new TestBucket(server);
        S3Client client =
            S3Clients.forRgw(server.endpoint())
                .region("xx-north-7")
                .credentials(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(server.accessKey(), server.secretKey())))
                .build()) {
      String result = "any";
      try {
        assertThat(S3BackupStore.builder(client, bucket.name).build().list("p")).isEmpty();
      } catch (StoreException e) {
        assertThat(e).hasMessageContaining("set the region");
        result = "must be right";
      }
      ServerRow.put("region", result);
    }
  }

  @Test
  void aDeletedNameIsFreeAgainWhereVersionsAreKept() throws Exception {
    TestBucket bucket;
    try {
      bucket = TestBucket.versioned(server);
    } catch (SdkException e) {
      ServerRow.put("versions", "no");
      return;
    }
    try (bucket) {
      S3BackupStore store = bucket.store().build();
      store.put(KEY, content(new byte[] {1}));
      assertThat(store.delete(List.of(KEY)).gone()).containsExactly(KEY);
      assertThat(store.find(KEY)).isEmpty();
      String deleted = store.list("p").isEmpty() ? "" : ", what is deleted stays listed";
      try {
        store.put(KEY, content(new byte[] {2}));
      } catch (StoreException e) {
        assertThat(e).hasMessageContaining("a delete marker may take it");
        deleted += ", a deleted name stays taken";
      }
      try {
        ServerRow.put("versions", bucket.versions().isEmpty() ? "no" : "yes" + deleted);
        bucket.removeVersions();
      } catch (SdkException e) {
        ServerRow.put("versions", "no");
      }
      store.delete(List.of(KEY));
    }
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1_000, LARGE})
  void theServerCopiesOrNothingIsStored(int size) throws Exception {
    try (TestBucket source = new TestBucket(server);
        TestBucket bucket = new TestBucket(server)) {
      byte[] bytes = S3StoreBehaviour.random(size);
      S3BackupStore from = source.store().build();
      S3BackupStore to = bucket.store().build();
      StoredBackup put = from.put(KEY, content(bytes));
      try {
        StoredBackup copied = to.serverSideCopyFrom(from).copy(put);
        try (InputStream in = to.open(copied, 0, size)) {
          assertThat(Arrays.equals(in.readAllBytes(), bytes)).as("same bytes").isTrue();
        }
      } catch (StoreException e) {
        assertThat(e.outcomeUnknown()).as(e.getMessage()).isFalse();
        assertThat(bucket.keys()).isEmpty();
      }
      assertNoUploads(bucket);
    }
  }

  @Test
  void uploadsBegunNowAreNotOld() throws Exception {
    try (TestBucket bucket = new TestBucket(server)) {
      String now = "p/e_v1_" + Instant.now().toString().substring(0, 19).replace('T', '-');
      bucket.client.createMultipartUpload(r -> r.bucket(bucket.name).key(now));
      assertThat(bucket.store().build().sweepUploads("p", S3BackupStore.ABANDONED_AFTER)).isEmpty();
    } catch (UnsupportedOperationException cannotBeListed) {
      assertThat(cannotBeListed).hasMessageContaining("cannot list unfinished uploads");
    }
  }
}
