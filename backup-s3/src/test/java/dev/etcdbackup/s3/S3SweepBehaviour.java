package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/** Which uploads the sweeper ends, and which not, on any server. */
abstract class S3SweepBehaviour {
  private static final int PART = 5 << 20;
  private static final Duration MOMENT = Duration.ofSeconds(1);
  private static final String DATED = "etcd.backup_v7_2026-11-22-10:00:00";
  private static final String TARBALL = "etcd-backup-2026-11-22-10-00-00.tar.gz";

  private TestBucket bucket;
  private S3BackupStore store;

  abstract S3Server server();

  @BeforeEach
  void makeBucket() {
    bucket = new TestBucket(server());
    store = bucket.store().partSizeBytes(PART).build();
  }

  @AfterEach
  void removeBucket() {
    bucket.close();
  }

  @Test
  void ownUploadsAreEndedAndForeignOnesStay() throws Exception {
    List<String> own =
        List.of("p/" + DATED, "p/sub/odd +%41é_v1_2026-11-22-10:00:00", "q/" + TARBALL);
    List<String> foreign =
        List.of("p/by-hand", "p/" + DATED + ".part", DATED, ".etcd-backup/" + DATED);
    own.forEach(this::begin);
    foreign.forEach(this::begin);
    awaitSweepable(own.size());

    assertThat(store.sweepUploads("", MOMENT))
        .extracting(upload -> upload.key().toString())
        .containsExactlyInAnyOrderElementsOf(own);
    assertThat(bucket.uploads())
        .extracting(MultipartUpload::key)
        .containsExactlyInAnyOrderElementsOf(foreign);
    assertThat(store.sweepUploads("", Duration.ZERO)).isEmpty();
  }

  @Test
  void toLookEndsNothing() throws Exception {
    String id = begin("p/" + DATED);
    awaitSweepable(1);
    List<AbandonedUpload> found = store.abandonedUploads("p", MOMENT);
    assertThat(found).extracting(AbandonedUpload::uploadId).containsExactly(id);
    assertThat(found.get(0).begun()).isEqualTo(bucket.uploads().get(0).initiated());
    assertThat(bucket.uploads()).hasSize(1);
    assertThat(store.sweepUploads("p", MOMENT)).isEqualTo(found);
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void youngUploadsStay() throws Exception {
    begin("p/" + DATED);
    awaitSweepable(1);
    assertThat(store.sweepUploads("", Duration.ofMinutes(10))).isEmpty();
    assertThat(store.sweepUploads("", S3BackupStore.ABANDONED_AFTER)).isEmpty();
    assertThat(store.sweepUploads("", Duration.ofSeconds(Long.MAX_VALUE))).isEmpty();
    assertThat(bucket.uploads()).hasSize(1);
    assertThatThrownBy(() -> store.sweepUploads("", Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("olderThan must be 0 or more, not PT-0.001S");
  }

  @Test
  void onlyTheProjectAndThePrefixAskedForAreSwept() throws Exception {
    S3BackupStore site = bucket.store().prefix("site").build();
    List<String> others = List.of("p/" + DATED, "site-2/p/" + DATED, "site/pp/" + DATED);
    others.forEach(this::begin);
    begin("site/p/" + DATED);
    awaitSweepable(site, "p", 1);
    assertThat(site.sweepUploads("p", MOMENT))
        .extracting(AbandonedUpload::key)
        .containsExactly(BackupKey.of("p", DATED));
    assertThat(bucket.uploads())
        .extracting(MultipartUpload::key)
        .containsExactlyInAnyOrderElementsOf(others);
  }

  /**
   * An upload that became the object but is still listed is what a gateway leaves that died then.
   */
  @Test
  void anUploadWhoseNameIsTakenIsLeftAlone() throws Exception {
    begin("p/" + DATED);
    awaitSweepable(1);
    bucket.putRaw("p/" + DATED, "whole");
    assertThat(store.abandonedUploads("", MOMENT)).isEmpty();
    assertThat(store.sweepUploads("", MOMENT)).isEmpty();
    assertThat(bucket.uploads()).hasSize(1);
  }

  /** The answer to its beginning was lost, and the one begun next became the object. */
  @Test
  void anUploadWithoutPartsIsEndedThoughItsNameIsTaken() throws Exception {
    create("p/" + DATED);
    awaitSweepable(1);
    bucket.putRaw("p/" + DATED, "whole");
    assertThat(store.sweepUploads("", MOMENT)).hasSize(1);
    assertThat(bucket.uploads()).isEmpty();
    assertThat(bucket.keys()).containsExactly("p/" + DATED);
  }

  @Test
  void anUploadUnderWayIsNotTouched() throws Exception {
    BackupKey key = BackupKey.of("p", DATED);
    byte[] bytes = S3StoreBehaviour.random(2 * PART);
    EndingStream swept =
        new EndingStream(
            new ByteArrayInputStream(bytes),
            () -> {
              assertThat(bucket.uploads()).hasSize(1);
              assertThat(store.sweepUploads("", Duration.ofMinutes(10))).isEmpty();
            });
    StoredBackup put = store.put(key, Content.of(swept));
    assertThat(put.size()).isEqualTo(bytes.length);
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void anUploadThatIsSweptTooEarlyFailsAndLeavesNothing() throws Exception {
    BackupKey key = BackupKey.of("p", DATED);
    EndingStream swept =
        new EndingStream(
            new ByteArrayInputStream(S3StoreBehaviour.random(2 * PART)),
            () -> {
              awaitSweepable(1);
              store.sweepUploads("p", Duration.ZERO);
            });
    assertThatThrownBy(() -> store.put(key, Content.of(swept)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("CompleteMultipartUpload"); // RGW 16 answers 500, others 404
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void moreThanAPageOfThemIsSwept() throws Exception {
    int many = 1_005;
    S3StoreBehaviour.inParallel(
        8,
        worker -> {
          IntStream.range(0, many)
              .filter(i -> i % 8 == worker)
              // Some names have many uploads, so that pages end within a name too.
              .forEach(i -> create("p/etcd.backup_v" + i % 3 + "_2026-11-22-10:00:00"));
          return "";
        });
    begin("p/zzz-foreign");
    begin("youngest/" + DATED);
    awaitSweepable(store, "youngest", 1);
    assertThat(store.sweepUploads("p", MOMENT)).hasSize(many).doesNotHaveDuplicates();
    assertThat(bucket.uploads())
        .extracting(MultipartUpload::key)
        .containsExactly("p/zzz-foreign", "youngest/" + DATED);
  }

  @Test
  void aMissingBucketIsNamed() {
    S3BackupStore nowhere = S3BackupStore.builder(bucket.client, "no-such-bucket-here").build();
    assertThatThrownBy(() -> nowhere.sweepUploads("p", MOMENT))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("ListMultipartUploads of s3://no-such-bucket-here/p/")
        .hasMessageContaining("404 NoSuchBucket");
  }

  /** Begins an upload and leaves it with a part, as a killed process does. */
  private String begin(String key) {
    S3Client client = bucket.client;
    String id = create(key);
    client.uploadPart(
        r -> r.bucket(bucket.name).key(key).uploadId(id).partNumber(1),
        RequestBody.fromString("x"));
    return id;
  }

  private String create(String key) {
    return bucket.client.createMultipartUpload(r -> r.bucket(bucket.name).key(key)).uploadId();
  }

  private void awaitSweepable(int count) throws BackupException {
    awaitSweepable(store, "", count);
  }

  /** Waits until the server's clock, which has a resolution of one second, has advanced. */
  private static void awaitSweepable(S3BackupStore store, String project, int count)
      throws BackupException {
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (store.abandonedUploads(project, MOMENT).size() < count) {
      assertThat(System.nanoTime()).as("%d uploads seen in time", count).isLessThan(deadline);
      LockSupport.parkNanos(50_000_000);
    }
  }
}
