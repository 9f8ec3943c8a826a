package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** The common methods of the rules in {@link BackupStoreContract}. */
interface StoreRules {
  int MIB = 1024 * 1024;

  /** A size of more than two parts of the S3 store's default size. */
  int LARGE = 17 * MIB;

  /**
   * Returns the store under test.
   *
   * @return the same store during a test, which is empty at its beginning
   */
  BackupStore store();

  static byte[] random(long seed, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(seed).nextBytes(bytes); // Random takes a tenth of a second for LARGE
    return bytes;
  }

  static StoredBackup put(BackupStore store, String key, byte[] bytes) throws BackupException {
    InputStream content = new ByteArrayInputStream(bytes);
    return store.put(BackupKey.parse(key), Content.of(content, bytes.length));
  }

  static byte[] read(BackupStore store, StoredBackup backup) throws IOException {
    try (InputStream in = store.open(backup, 0, backup.size())) {
      return in.readAllBytes();
    }
  }

  static List<String> keys(BackupStore store, String project) throws BackupException {
    return store.list(project).stream().map(backup -> backup.key().toString()).toList();
  }

  /** Not assertThat(array).isEqualTo, whose message prints megabytes. */
  static void assertStored(BackupStore store, String key, byte[] bytes) throws IOException {
    StoredBackup found = store.find(BackupKey.parse(key)).orElseThrow();
    assertThat(found.size()).as("size of %s", key).isEqualTo(bytes.length);
    assertThat(Arrays.mismatch(read(store, found), bytes))
        .as("first byte of %s that differs", key)
        .isEqualTo(-1);
  }

  static void assertEmpty(BackupStore store, String key) throws BackupException {
    assertThat(store.find(BackupKey.parse(key))).as("found under %s", key).isEmpty();
    assertThat(keys(store, "")).as("listed").isEmpty();
  }
}
