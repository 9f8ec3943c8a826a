package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.PruneReport;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectLockLegalHoldStatus;
import software.amazon.awssdk.services.s3.model.ObjectLockMode;
import software.amazon.awssdk.services.s3.model.ObjectVersion;

/** A bucket with object lock, on a Ceph RADOS Gateway. */
@Tag("server")
class LockedBucketTest {
  private static final int PART = S3StoreBehaviour.PART;
  private static final Duration WHILE = Duration.ofSeconds(12);
  private static final Instant FIRST = Instant.parse("2026-11-22T10:00:00Z");

  private static S3Server server;

  private TestBucket bucket;
  private S3BackupStore store;

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

  @BeforeEach
  void makeBucket() {
    bucket = TestBucket.withObjectLock(server);
    store = bucket.store().build();
  }

  @AfterEach
  void removeBucket() {
    await(() -> bucket.versions().stream().noneMatch(this::isLocked));
    bucket.removeVersions();
    bucket.close();
  }

  @Test
  void pruneReportsWhatIsLockedDeletesTheRestAndSucceedsLater() throws Exception {
    byte[] small = TestSnapshots.bytes(1, 3);
    byte[] large = TestSnapshots.bytes(2, 1_400); // more than a part
    store.put(key(1), content(small));
    locking(ObjectLock.GOVERNANCE, WHILE).put(key(2), content(small));
    locking(ObjectLock.COMPLIANCE, WHILE).put(key(3), content(large));
    store.put(key(4), content(large));
    store.put(key(5), content(small));
    BackupService service =
        BackupService.builder(store).clock(() -> FIRST.plusSeconds(3_600)).build();

    PruneReport first = service.prune("p", RetentionPolicy.keepLast(1));
    assertThat(first.deleted()).containsExactlyInAnyOrder(key(1), key(4));
    assertThat(first.refused()).containsOnlyKeys(key(2), key(3));
    assertThat(first.refused().get(key(2)))
        .isEqualTo("locked until " + lockOf(key(2)).until() + " in governance mode");
    assertThat(first.refused().get(key(3)))
        .isEqualTo("locked until " + lockOf(key(3)).until() + " in compliance mode");
    assertThat(store.list("p"))
        .extracting(StoredBackup::key)
        .as("what is locked is not hidden")
        .containsExactly(key(2), key(3), key(5));

    await(() -> service.prune("p", RetentionPolicy.keepLast(1)).refused().isEmpty());
    assertThat(store.list("p")).extracting(StoredBackup::key).containsExactly(key(5));
    assertThat(bucket.deleteMarkers()).as("one for each that was deleted").hasSize(4);
  }

  @Test
  void aLegalHoldKeepsABackupUntilItIsLifted() throws Exception {
    store.put(key(1), content(new byte[10]));
    hold(key(1), ObjectLockLegalHoldStatus.ON);
    DeleteResult held = store.delete(List.of(key(1), key(2)));
    assertThat(held.refused()).containsOnlyKeys(key(1));
    assertThat(held.refused().get(key(1)))
        .isEqualTo("locked by a legal hold, until that is lifted");
    assertThat(held.gone()).containsExactly(key(2));
    assertThat(bucket.deleteMarkers()).isEmpty();

    hold(key(1), ObjectLockLegalHoldStatus.OFF);
    assertThat(store.delete(List.of(key(1))).gone()).containsExactly(key(1));
    assertThat(store.list("p")).isEmpty();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 1_000, PART, 2 * PART + 1})
  void aPutLocksItsBackupHoweverLarge(int size) throws Exception {
    Instant before = Instant.now();
    StoredBackup put =
        locking(ObjectLock.COMPLIANCE, Duration.ofSeconds(3))
            .put(key(1), content(S3StoreBehaviour.random(size)));
    assertThat(put.size()).isEqualTo(size);
    assertThat(lockOf(key(1)).mode()).isEqualTo(ObjectLock.COMPLIANCE);
    assertThat(lockOf(key(1)).until())
        .isAfterOrEqualTo(before.plusSeconds(3))
        .isBefore(Instant.now().plusSeconds(5));
    assertThat(bucket.versions()).hasSize(1);
  }

  @Test
  void aBucketThatCannotLockIsNamedBeforeAnythingIsRead() throws Exception {
    try (S3Server embedded = S3Server.embedded();
        TestBucket plain = new TestBucket(server);
        TestBucket other = new TestBucket(embedded)) {
      for (TestBucket without : List.of(plain, other)) {
        S3BackupStore locking =
            without.store().objectLock(ObjectLock.GOVERNANCE, Duration.ofDays(1)).build();
        InputStream unread =
            new EndingStream(
                InputStream.nullInputStream(),
                () -> {
                  throw new AssertionError("read");
                });
        assertThatThrownBy(() -> locking.put(key(1), Content.of(unread)))
            .isInstanceOf(StoreException.class)
            .hasMessage(
                "s3://"
                    + without.name
                    + " has no object lock, so no backup can be locked in it: use a bucket that"
                    + " was created with object lock, or store without a lock");
        assertThat(without.keys()).isEmpty();
        bucketWithoutLockDeletesAsEver(without);
      }
    }
  }

  private static void bucketWithoutLockDeletesAsEver(TestBucket without) throws Exception {
    S3BackupStore plain = without.store().build();
    plain.put(key(1), content(new byte[1]));
    assertThat(plain.delete(List.of(key(1))).gone()).containsExactly(key(1));
  }

  private S3BackupStore locking(ObjectLock mode, Duration time) {
    return bucket.store().partSizeBytes(PART).objectLock(mode, time).build();
  }

  private void hold(BackupKey key, ObjectLockLegalHoldStatus status) {
    bucket.client.putObjectLegalHold(
        r -> r.bucket(bucket.name).key(key.toString()).legalHold(hold -> hold.status(status)));
  }

  private Retention lockOf(BackupKey key) {
    HeadObjectResponse head =
        bucket.client.headObject(r -> r.bucket(bucket.name).key(key.toString()));
    ObjectLock mode =
        head.objectLockMode() == ObjectLockMode.COMPLIANCE
            ? ObjectLock.COMPLIANCE
            : ObjectLock.GOVERNANCE;
    return new Retention(mode, head.objectLockRetainUntilDate());
  }

  private boolean isLocked(ObjectVersion version) {
    HeadObjectResponse head =
        bucket.client.headObject(
            r -> r.bucket(bucket.name).key(version.key()).versionId(version.versionId()));
    Instant until = head.objectLockRetainUntilDate();
    return until != null && until.isAfter(Instant.now());
  }

  private static BackupKey key(int revision) {
    Instant time = FIRST.plusSeconds(60L * revision);
    return BackupKey.of("p", BackupName.periodic("etcd.backup", revision, time).text());
  }

  private static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes));
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) {
    long deadline = System.nanoTime() + 60_000_000_000L;
    try {
      while (!condition.holds()) {
        assertThat(System.nanoTime()).as("deadline of 60 s").isLessThan(deadline);
        LockSupport.parkNanos(200_000_000);
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
