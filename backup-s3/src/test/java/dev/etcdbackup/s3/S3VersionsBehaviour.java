package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.PruneReport;
import dev.etcdbackup.testkit.TestSnapshots;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bucket that keeps older versions, on any server that can. */
abstract class S3VersionsBehaviour {
  private static final int PART = S3StoreBehaviour.PART;
  private static final BackupKey KEY = S3StoreBehaviour.KEY;
  private static final Instant FIRST = Instant.parse("2026-11-22T10:00:00Z");

  private TestBucket bucket;
  private S3BackupStore store;

  abstract S3Server server();

  @BeforeEach
  void makeBucket() {
    bucket = TestBucket.versioned(server());
    store = bucket.store().partSizeBytes(PART).build();
  }

  @AfterEach
  void removeBucket() {
    bucket.removeVersions();
    bucket.close();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1_000, PART + 1})
  void whatIsDeletedIsGoneThoughItsVersionIsThere(int size) throws Exception {
    StoredBackup put = store.put(KEY, content(size));
    assertThat(store.delete(List.of(KEY)).gone()).containsExactly(KEY);
    assertThat(bucket.versions()).hasSize(1);

    assertThat(store.list("")).isEmpty();
    assertThat(store.find(KEY)).isEmpty();
    assertThatThrownBy(() -> store.open(put, 0, size).close())
        .isInstanceOf(BackupNotFoundException.class);
    assertThat(store.delete(List.of(KEY)).gone()).containsExactly(KEY);

    StoredBackup again = store.put(KEY, content(size + 1));
    assertThat(store.list("p")).containsExactly(again);
    assertThat(again.size()).isEqualTo(size + 1);
    assertThat(bucket.versions()).hasSize(2);
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1_000, PART + 1})
  void aNameThatIsTakenIsNotGivenANewVersion(int size) throws Exception {
    StoredBackup first = store.put(KEY, content(size));
    assertThatThrownBy(() -> store.put(KEY, content(size + 1)))
        .isInstanceOf(BackupExistsException.class);
    assertThat(store.list("")).containsExactly(first);
    assertThat(bucket.versions()).hasSize(1);
  }

  @Test
  void anOlderVersionIsNeverListedAsABackup() throws Exception {
    bucket.putRaw(KEY.toString(), "old");
    bucket.putRaw(KEY.toString(), "newer");
    assertThat(store.list("p")).singleElement().extracting(StoredBackup::size).isEqualTo(5L);
    assertThat(store.find(KEY)).map(StoredBackup::size).contains(5L);
    store.delete(List.of(KEY));
    assertThat(store.list("p")).as("the older one does not come back").isEmpty();
    assertThat(bucket.versions()).hasSize(2);
  }

  @Test
  void pruneCountsAndDeletesWhatIsListedAlone() throws Exception {
    byte[] snapshot = TestSnapshots.bytes(11, 3);
    List<BackupKey> keys = new ArrayList<>();
    for (int revision = 1; revision <= 5; revision++) {
      Instant time = FIRST.plusSeconds(60L * revision);
      BackupKey key = BackupKey.of("p", BackupName.periodic("etcd.backup", revision, time).text());
      store.put(key, Content.of(new ByteArrayInputStream(snapshot)));
      keys.add(key);
    }
    store.delete(List.of(keys.get(4))); // the newest is hidden, so the one before is the newest
    BackupService service =
        BackupService.builder(store).clock(() -> FIRST.plusSeconds(3_600)).build();
    PruneReport report = service.prune("p", RetentionPolicy.keepLast(2));
    assertThat(report.refused()).isEmpty();
    assertThat(report.deleted()).containsExactlyInAnyOrder(keys.get(0), keys.get(1));
    assertThat(store.list("p"))
        .extracting(StoredBackup::key)
        .containsExactly(keys.get(2), keys.get(3));
    assertThat(service.prune("p", RetentionPolicy.keepLast(2)).deleted()).isEmpty();
  }

  private static Content content(int size) {
    InputStream bytes = new ByteArrayInputStream(S3StoreBehaviour.random(size));
    return Content.of(bytes);
  }
}
