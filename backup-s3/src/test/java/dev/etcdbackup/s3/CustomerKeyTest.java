package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Backups encrypted by a key of the customer's (SSE-C), on a Ceph RADOS Gateway over HTTPS. */
@Tag("server")
class CustomerKeyTest {
  private static final int PART = S3StoreBehaviour.PART;
  private static final BackupKey KEY = S3StoreBehaviour.KEY;
  private static final byte[] SECRET = key(1);

  private static S3Server server;

  private TestBucket bucket;
  private S3BackupStore store;

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

  @BeforeEach
  void makeBucket() {
    bucket = new TestBucket(server);
    store = storeWith(SECRET);
  }

  @AfterEach
  void removeBucket() {
    bucket.close();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 1_000, PART, 2 * PART + 1})
  void whatIsPutWithAKeyComesBackWithItAndNotWithout(int size) throws Exception {
    byte[] bytes = S3StoreBehaviour.random(size);
    StoredBackup put = store.put(KEY, content(bytes));
    assertThat(put.size()).isEqualTo(size);
    assertThat(store.list("p")).containsExactly(put);
    assertThat(store.find(KEY)).contains(put);
    try (InputStream in = store.open(put, 0, size)) {
      assertThat(Arrays.equals(in.readAllBytes(), bytes)).as("same bytes").isTrue();
    }
    assertThatThrownBy(
            () ->
                bucket.client.getObject(
                    r -> r.bucket(bucket.name).key(KEY.toString()), ResponseTransformer.toBytes()))
        .isInstanceOf(S3Exception.class)
        .hasMessageContaining("Server Side Encryption");
    assertThat(bucket.uploads()).isEmpty();
    assertThat(store.delete(List.of(KEY)).gone()).containsExactly(KEY);
  }

  @Test
  void anyStretchCanBeReadAcrossPartsAndRanges() throws Exception {
    byte[] bytes = S3StoreBehaviour.random(3 * PART + 7);
    StoredBackup put = store.put(KEY, content(bytes));
    int[] starts = {0, 1, 15, 16, PART - 1, PART, ReadAhead.RANGE + 3};
    for (int from : starts) {
      for (int length : new int[] {1, 17, 2 * ReadAhead.RANGE + 5, bytes.length - from}) {
        int count = Math.min(length, bytes.length - from);
        try (InputStream in = store.open(put, from, count)) {
          byte[] read = in.readAllBytes();
          assertThat(Arrays.equals(read, 0, read.length, bytes, from, from + count))
              .as("%d bytes from %d", count, from)
              .isTrue();
        }
      }
    }
  }

  @Test
  void anotherKeyAndNoneAreRefusedInOneClearLine() throws Exception {
    StoredBackup put = store.put(KEY, content(new byte[100]));
    refused(
        storeWith(key(2)), put, "it is encrypted with another customer's key than the one given");
    refused(
        bucket.store().build(), put, "it is encrypted with a customer's key, and none was given");
  }

  private void refused(S3BackupStore wrong, StoredBackup put, String reason) {
    for (Callable<?> call :
        List.<Callable<?>>of(
            () -> wrong.find(KEY),
            () -> wrong.open(put, 0, 100),
            () -> wrong.put(KEY, content(new byte[1])))) {
      assertThatThrownBy(call::call)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("s3://" + bucket.name + "/" + KEY)
          .hasMessageEndingWith(reason)
          .satisfies(
              e ->
                  assertThat(S3StoreBehaviour.everythingSaid(e))
                      .doesNotContain(text(SECRET))
                      .doesNotContain(text(key(2))));
    }
  }

  @Test
  void backupsOfBeforeTheKeyAreReadAllTheSame() throws Exception {
    byte[] bytes = S3StoreBehaviour.random(1_000);
    StoredBackup plain = bucket.store().build().put(KEY, content(bytes));
    assertThat(store.find(KEY)).contains(plain);
    try (InputStream in = store.open(plain, 0, bytes.length)) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void aKeyIsCopiedAndNotTold() throws Exception {
    byte[] mine = SECRET.clone();
    S3BackupStore copied = storeWith(mine);
    Arrays.fill(mine, (byte) 0);
    copied.put(KEY, content(new byte[10]));
    assertThat(store.find(KEY)).isPresent();
    assertThat(copied.toString()).isEqualTo("s3://" + bucket.name);
  }

  @Test
  void aKeyOfAnotherLengthAndAKeyInTheClearAreRefused() {
    assertThatThrownBy(() -> bucket.store().sseCustomerKey(new byte[16]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sseCustomerKey must be 32 bytes, not 16");
    try (S3Client clear = S3Clients.forRgw(URI.create("http://rgw.example")).build()) {
      assertThatThrownBy(() -> S3BackupStore.builder(clear, "b-1").sseCustomerKey(SECRET).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "sseCustomerKey would be sent unencrypted: the endpoint must be https, not http");
    }
  }

  private S3BackupStore storeWith(byte[] key) {
    return bucket.store().partSizeBytes(PART).sseCustomerKey(key).build();
  }

  private static byte[] key(long seed) {
    byte[] key = new byte[32];
    new Random(seed).nextBytes(key);
    return key;
  }

  private static String text(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }

  private static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes));
  }
}
