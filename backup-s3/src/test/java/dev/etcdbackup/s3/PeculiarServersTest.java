package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** What servers other than AWS and Ceph were seen to do, and what a store makes of it. */
class PeculiarServersTest extends OnPeculiarS3 {
  @Test
  void aSmallBackupThatWasStoredWithoutTheCustomersKeyIsRemovedAgain() throws Exception {
    assertThat(encrypting().put(KEY, content(SMALL)).size()).isEqualTo(SMALL.length);
    server.objects.clear();
    server.customerKeys = false;

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> encrypting().put(KEY, content(SMALL)))
        .withMessageContaining("ignores the customer's key and stores without encryption")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isFalse());
    assertThat(server.objects).isEmpty();
  }

  @Test
  void aServerThatShowsTheHeadersOfTheKeyAgainAndDoesNotEncryptIsRecognised() {
    server.keepsHeaders = true;

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> encrypting().put(KEY, content(SMALL)))
        .withMessageContaining("ignores the customer's key and stores without encryption")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isFalse());
    assertThat(server.objects).isEmpty();
  }

  @Test
  void whetherAnObjectCanBeReadWithoutTheKeyIsAskedOnce() throws Exception {
    S3BackupStore store = encrypting();
    store.put(KEY, content(SMALL));
    int first = server.requests.size();
    server.requests.clear();

    store.put(BackupKey.parse("p/e_v2_2020-02-03-20:45:49"), content(SMALL));

    // Neither that nor the listing which shows that the bucket is there.
    assertThat(server.requests).hasSize(first - 2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBackupThatWasReplacedIsNotReadAsTheOneThatWasListed(boolean ignoresIfMatch)
      throws Exception {
    server.ignoresIfMatch = ignoresIfMatch;
    StoredBackup listed = store().put(KEY, content(SMALL));
    try (InputStream in = store().open(listed, 0, SMALL.length)) {
      assertThat(in.readAllBytes()).isEqualTo(SMALL);
    }
    server.objects.put(KEY.toString(), "another backup".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> store().open(listed, 0, SMALL.length))
        .isInstanceOf(BackupNotFoundException.class)
        .hasMessageContaining("was replaced");
  }

  @Test
  void anUploadOfWhichAPartWasStoredWithoutTheCustomersKeyIsAborted() {
    server.customerKeys = false;
    S3BackupStore store = encrypting();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.put(KEY, content(new byte[(12 << 20) + 1])))
        .withMessageContaining("UploadPart ")
        .withMessageContaining("ignores the customer's key")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isFalse());
    assertThat(server.objects).isEmpty();
    assertThat(server.uploads).isEmpty();
  }

  @Test
  void whatCannotBeRemovedAgainIsSaidToBeThere() {
    server.customerKeys = false;
    server.refuse("DELETE", "", 403, "AccessDenied", "no");

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> encrypting().put(KEY, content(SMALL)))
        .withMessageContaining("it is stored and could not be removed")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isTrue());
  }

  @Test
  void aServerThatStoresTheFramingOfChunksKeepsNoBackup() {
    server.framing = "e;chunk-signature=0\r\n";

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store().put(KEY, content(SMALL)))
        .withMessageContaining("bytes instead of " + SMALL.length)
        .satisfies(e -> assertThat(e.outcomeUnknown()).isFalse());
    assertThat(server.objects).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<Name>p</Name>"})
  void anAnswerForAnotherBucketIsAFailure(String nameElement) {
    server.nameElement = nameElement;
    S3BackupStore store = store();

    assertThatThrownBy(() -> store.list("p"))
        .isInstanceOf(StoreException.class)
        .hasMessageEndingWith("; is the endpoint right?");
    assertThatThrownBy(() -> store.put(KEY, content(SMALL)))
        .isInstanceOf(StoreException.class)
        .hasMessageEndingWith("; is the endpoint right?");
    assertThat(server.objects).isEmpty();
  }

  /** The bucket is part of the host name, which is a name for 127.0.0.1 here. */
  @Test
  void aClientThatPutsTheBucketIntoTheHostNameIsAskedWhetherTheServerDoes() {
    server.nameElement = "";
    URI endpoint = URI.create("http://localhost:" + server.endpoint().getPort());
    try (S3Client virtual =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .credentialsProvider(PeculiarS3.CREDENTIALS)
            .build()) {
      assertThatThrownBy(() -> S3BackupStore.builder(virtual, "b-1").build().list("p"))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("is the endpoint right, and does the server take buckets in host")
          .hasMessageContaining("forcePathStyle(true)");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "404, NoSuchBucket, there is no such bucket",
    "404, XAdminUserNotFound, the access key",
    "403, InvalidAccessKeyId, does not know the access key",
  })
  void whatIsNotFoundBecauseOfTheBucketOrTheAccessKeyIsAFailure(
      int status, String code, String reason) {
    server.refuse("GET", "list-type", status, code, "the access key is unknown");
    S3BackupStore store = store();

    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> store.find(KEY))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining(code)
          .hasMessageContaining(reason);
    }
  }

  @Test
  void aMissingBackupIsLookedIntoOnceAlsoByCredentialsThatMayNotList() throws Exception {
    server.refuse("GET", "list-type", 403, "AccessDenied", "no");
    S3BackupStore store = store();

    assertThat(store.find(KEY)).isEmpty();
    assertThat(store.find(KEY)).isEmpty();

    assertThat(server.requests).hasSize(3);
  }

  @Test
  void uploadsAreFoundWhereAPrefixIsTakenForAKey() throws Exception {
    server.prefixOfUploadsIsKey = true;
    server.uploads.put(KEY.toString(), LONG_AGO);
    server.uploads.put("q/e_v1_2020-02-03-20:45:48", LONG_AGO);

    assertThat(store().sweepUploads("p", S3BackupStore.ABANDONED_AFTER))
        .extracting(AbandonedUpload::key)
        .containsExactly(KEY);
    assertThat(server.uploads).hasSize(1);
  }

  @Test
  void anUploadIsOldOnlyWhenItsNameIsTooWhateverTheServerSays() throws Exception {
    String recent =
        "p/e_v1_"
            + Instant.now()
                .minus(Duration.ofHours(1))
                .toString()
                .substring(0, 19)
                .replace('T', '-');
    server.uploads.put(recent, LONG_AGO);

    assertThat(store().abandonedUploads("p", S3BackupStore.ABANDONED_AFTER)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"501, NotImplemented", "404, NoSuchKey", "405, MethodNotAllowed"})
  void aServerWithoutAListOfUploadsSaysSo(int status, String code) {
    server.refuse("GET", "uploads", status, code, "no");

    assertThatThrownBy(() -> store().sweepUploads("p", S3BackupStore.ABANDONED_AFTER))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("cannot list unfinished uploads");
  }

  @Test
  void aMissingBucketIsNotTakenForSuchAServer() {
    server.refuse("GET", "uploads", 404, "NoSuchBucket", "no");

    assertThatThrownBy(() -> store().sweepUploads("p", S3BackupStore.ABANDONED_AFTER))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void aRefusedLockConfigurationLeavesTheQuestionToEachObject() throws Exception {
    server.refuse("GET", "object-lock", 400, "InvalidRequest", "no lock here");
    server.objects.put(KEY.toString(), SMALL);

    store().delete(List.of(KEY));

    assertThat(server.requests).contains("HEAD /b/" + KEY);
  }

  @Test
  void aLockThatTheServerAcceptsAndDoesNotKeepIsReported() {
    server.refuse("GET", "object-lock", 400, "InvalidRequest", "no lock here");
    server.locksIgnored = true;
    S3BackupStore store =
        S3BackupStore.builder(client, "b")
            .objectLock(ObjectLock.GOVERNANCE, Duration.ofDays(1))
            .build();

    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.put(KEY, content(SMALL)))
        .withMessageContaining("the server accepts the lock and does not set it")
        .withMessageContaining("was removed again")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isFalse());
    assertThat(server.objects).isEmpty();

    server.refuse("DELETE", "", 403, "AccessDenied", "no");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> store.put(KEY, content(SMALL)))
        .withMessageContaining("is stored and not locked, and could not be removed")
        .satisfies(e -> assertThat(e.outcomeUnknown()).isTrue());
  }

  /** AWS shows a lock to those alone who may read it; the server's consent has to do then. */
  @Test
  void aLockThatTheseCredentialsMayNotReadIsTakenAsSet() throws Exception {
    server.refuse("GET", "object-lock", 400, "InvalidRequest", "no");
    server.refuse("GET", "retention", 403, "AccessDenied", "no");
    server.locksIgnored = true;
    S3BackupStore store =
        S3BackupStore.builder(client, "b")
            .objectLock(ObjectLock.GOVERNANCE, Duration.ofDays(1))
            .build();

    assertThat(store.put(KEY, content(SMALL)).size()).isEqualTo(SMALL.length);
    assertThat(server.objects).hasSize(1);
  }

  @Test
  void storedBackupsAreListedOnSuchAServerAsEverywhere() throws Exception {
    StoredBackup put = store().put(KEY, content(SMALL));

    assertThat(store().list("p")).containsExactly(put);
  }
}
