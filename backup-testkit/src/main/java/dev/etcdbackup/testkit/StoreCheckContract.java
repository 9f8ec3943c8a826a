package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.StoreRules.MIB;
import static dev.etcdbackup.testkit.StoreRules.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Checks, as JUnit 5 tests, that a store that is already in use can hold backups: the bucket of a
 * staging environment, a mounted directory. Extend this class and return the store, with the
 * configuration and the credentials of the application.
 *
 * <pre>{@code
 * class StagingStoreTest extends StoreCheckContract {
 *   @Override
 *   protected BackupStore store() {
 *     return S3BackupStore.builder(client, "staging-backups").build();
 *   }
 * }
 * }</pre>
 *
 * <p>Unlike {@link BackupStoreContract} it does not need an empty store. It stores at most 17 MiB
 * in each test, in the project {@value #PROJECT} and under names that no retention policy looks at,
 * and deletes them after the test; a store whose objects are locked keeps them. What only S3 has
 * (encryption, object lock, unfinished uploads, speed) is checked by {@code S3StoreCheck} of {@code
 * backup-s3}. A test that takes more than 2 minutes fails.
 */
@Timeout(120)
public abstract class StoreCheckContract {
  /** The project in which the tests store. */
  public static final String PROJECT = "etcd-backup-check";

  private final List<BackupKey> stored = new ArrayList<>();
  private @Nullable BackupStore checked;

  /** For subclasses. */
  protected StoreCheckContract() {}

  /**
   * Returns the store to check. Called once before each test.
   *
   * @return the store; may hold backups, which are neither read nor deleted
   * @throws Exception when it cannot be opened; the test fails
   */
  protected abstract BackupStore store() throws Exception;

  @BeforeEach
  final void openStore() throws Exception {
    checked = store();
  }

  @AfterEach
  final void deleteWhatWasStored() throws Exception {
    if (!stored.isEmpty()) {
      assertThat(checked().delete(stored).refused()).as("objects of the check are left").isEmpty();
    }
  }

  private BackupStore checked() {
    return Objects.requireNonNull(checked, "called before the test began");
  }

  @Test
  void theStoreIsListed() throws Exception {
    checked().list(PROJECT);
  }

  @Test
  void aSmallBackupIsStoredListedReadAndDeleted() throws Exception {
    comesBackAndIsDeleted("small", 1_000);
  }

  @Test
  void aLargeBackupIsStoredListedReadAndDeleted() throws Exception {
    comesBackAndIsDeleted("large", 17 * MIB);
  }

  @Test
  void aNameKeepsItsCharacters() throws Exception {
    comesBackAndIsDeleted("a b+c%41&d:\u00fc/e", 10);
  }

  @Test
  void aTakenNameIsRefusedAndItsBackupStays() throws Exception {
    byte[] first = random(1, 1_000);
    StoredBackup put = put("taken", first);

    assertThatExceptionOfType(BackupExistsException.class)
        .isThrownBy(() -> checked().put(put.key(), content(random(2, 500))));
    assertThat(read(put)).isEqualTo(first);
  }

  private void comesBackAndIsDeleted(String name, int size) throws Exception {
    byte[] bytes = random(1, size);
    StoredBackup put = put(name, bytes);
    assertThat(put.size()).isEqualTo(size);
    assertThat(checked().list(PROJECT)).as("listed").contains(put);
    assertThat(checked().find(put.key())).as("found").contains(put);
    assertThat(Arrays.equals(read(put), bytes)).as("the same bytes are read").isTrue();
    assertThat(checked().delete(List.of(put.key())).gone()).containsExactly(put.key());
    assertThat(checked().find(put.key())).as("found after it was deleted").isEmpty();
  }

  private StoredBackup put(String name, byte[] bytes) throws Exception {
    BackupKey key = BackupKey.of(PROJECT, name + "-" + UUID.randomUUID());
    stored.add(key);
    StoredBackup put = checked().put(key, content(bytes));
    assertThat(put.key()).isEqualTo(key);
    return put;
  }

  private static Content content(byte[] bytes) {
    return Content.of(new ByteArrayInputStream(bytes), bytes.length);
  }

  private byte[] read(StoredBackup backup) throws Exception {
    try (InputStream in = checked().open(backup, 0, backup.size())) {
      return in.readAllBytes();
    }
  }
}
