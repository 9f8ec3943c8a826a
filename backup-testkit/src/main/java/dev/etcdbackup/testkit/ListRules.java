package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.StoreRules.keys;
import static dev.etcdbackup.testkit.StoreRules.put;
import static dev.etcdbackup.testkit.StoreRules.random;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The rules for listing: complete, in order, and by whole segments. */
interface ListRules extends StoreRules {
  @Test
  default void aStoreWithNothingInItListsNothing() throws Exception {
    assertThat(store().list("")).isEmpty();
    assertThat(store().list("p")).isEmpty();
  }

  @Test
  default void aProjectIsAWholeSegment() throws Exception {
    for (String key : List.of("cray-bos-2/a", "cray-bos/a", "cray-bos/b", "cray/cray-bos/a")) {
      put(store(), key, random(1, 10));
    }
    assertThat(keys(store(), "cray-bos")).containsExactly("cray-bos/a", "cray-bos/b");
    assertThat(keys(store(), "cray-bos-2")).containsExactly("cray-bos-2/a");
    assertThat(keys(store(), "cray-")).isEmpty();
    assertThat(keys(store(), "cray-bos/a")).isEmpty();
    assertThat(keys(store(), "bos")).isEmpty();
  }

  @Test
  default void theEmptyProjectIsEverything() throws Exception {
    put(store(), "b/a", random(1, 10));
    put(store(), "a/a", random(1, 10));
    assertThat(keys(store(), "")).containsExactly("a/a", "b/a");
  }

  @Test
  default void namesBelowDirectoriesBelongToTheProject() throws Exception {
    String nested = "p/sub/etcd.backup_v12_2020-02-03-20:45:00";
    put(store(), nested, random(1, 10));
    put(store(), "p/z", random(1, 10));
    assertThat(keys(store(), "p")).containsExactly(nested, "p/z");
    assertThat(keys(store(), "sub")).isEmpty();
    assertThat(store().find(BackupKey.parse("p/sub"))).isEmpty();
  }

  @Test
  default void whatIsKeptBesideTheBackupsIsNoBackupAndIsListedApart() throws Exception {
    String mark = "p/.etcd-backup/periodic/etcd.backup/accepted_backup_2020-02-03-20:45:00";
    put(store(), mark, random(1, 10));
    put(store(), "p/.etcd-backup-of-mine", random(1, 10));
    put(store(), "p/a", random(1, 10));
    put(store(), "p/sub/.etcd-backup/b", random(1, 10));
    List<String> backups = List.of("p/.etcd-backup-of-mine", "p/a", "p/sub/.etcd-backup/b");
    assertThat(keys(store(), "p")).containsExactlyElementsOf(backups);
    assertThat(keys(store(), "")).containsExactlyElementsOf(backups);
    assertThat(keys(store(), "p/.etcd-backup")).containsExactly(mark);
    assertThat(keys(store(), "q/.etcd-backup")).isEmpty();
    assertThat(keys(store(), "p/.etcd-backup/periodic")).isEmpty();
    assertThat(keys(store(), "p/sub/.etcd-backup")).isEmpty();
    assertThat(keys(store(), ".etcd-backup")).isEmpty();
    assertThat(store().find(BackupKey.parse(mark))).isPresent();
    assertThat(store().delete(List.of(BackupKey.parse(mark))).gone()).hasSize(1);
    assertThat(keys(store(), "p/.etcd-backup")).isEmpty();
  }

  @Test
  default void keysKeepTheirCharactersAndComeInTheOrderOfTheirUtf8Bytes() throws Exception {
    List<String> keys =
        Arrays.asList(
            "p/etcd.backup_v240_2020-02-03-20:45:00",
            "p/etcd.backup_v1200_2020-02-03-20:45:00",
            "p/with space",
            "p/with+plus",
            "p/with%20percent",
            "p/with&amp;<xml>\"'",
            "p/with?query=1#fragment",
            "p/...",
            "p/sub/below",
            "p/sub.beside",
            "p/Upper",
            "p/caf\u00e9",
            "p/\uff5e", // before the next in UTF-8, after it in UTF-16
            "p/\ud83d\ude00",
            "p-/a",
            "p\u00e9/a");
    Collections.shuffle(keys, new Random(1));
    for (String key : keys) {
      put(store(), key, random(1, 10));
    }
    keys.sort(Comparator.comparing(key -> key.getBytes(UTF_8), Arrays::compareUnsigned));
    assertThat(keys(store(), "")).containsExactlyElementsOf(keys);
  }

  @Test
  default void listAndFindSayTheSame() throws Exception {
    put(store(), "p/a", random(1, 10));
    put(store(), "p/b", random(2, 12_345));
    List<StoredBackup> listed = store().list("p");
    assertThat(listed).extracting(StoredBackup::size).containsExactly(10L, 12_345L);
    for (StoredBackup backup : listed) {
      StoredBackup found = store().find(backup.key()).orElseThrow();
      assertThat(found.size()).isEqualTo(backup.size());
      assertThat(found.version()).isEqualTo(backup.version());
      assertThat(Duration.between(found.lastModified(), backup.lastModified()).abs())
          .isLessThan(Duration.ofSeconds(2)); // S3 reports the two with different precision
      assertThat(Duration.between(found.lastModified(), Instant.now()).abs())
          .isLessThan(Duration.ofHours(1));
    }
  }

  @Test
  default void whatStaysIsListedWhileOthersWriteAndDelete() throws Exception {
    List<String> staying = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      staying.add(String.format("p/%02d", i));
      put(store(), staying.get(i), random(i, 10));
    }
    AtomicInteger deleted = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<?> writing = other.submit(() -> writeAndDelete("p/00-", deleted, enough));
      for (int i = 0; (i < 20 || deleted.get() < 20) && !writing.isDone(); i++) {
        assertThat(keys(store(), "p")).containsAll(staying).doesNotHaveDuplicates().isSorted();
      }
      enough.set(true);
      writing.get();
    } finally {
      other.shutdownNow();
    }
    assertThat(keys(store(), "p")).containsExactlyElementsOf(staying);
  }

  @Test
  default void moreThanAThousandAreListedToTheLastAndDeletedToTheLast() throws Exception {
    List<BackupKey> keys = new ArrayList<>();
    for (int i = 0; i < 1050; i++) {
      keys.add(BackupKey.of("p", String.format("etcd.backup_v%d_2020-02-03-20:45:00", i)));
    }
    keys.parallelStream().forEach(key -> putUnchecked(key));
    Collections.sort(keys);
    assertThat(store().list("p")).extracting(StoredBackup::key).containsExactlyElementsOf(keys);
    put(store(), "p/kept", random(1, 10));
    assertThat(store().delete(keys).gone()).containsExactlyInAnyOrderElementsOf(keys);
    assertThat(keys(store(), "")).containsExactly("p/kept");
  }

  private Void writeAndDelete(String prefix, AtomicInteger deleted, AtomicBoolean enough)
      throws IOException {
    while (!enough.get()) {
      StoredBackup written = put(store(), prefix + deleted.get() % 10, random(1, 10));
      store().delete(List.of(written.key()));
      deleted.incrementAndGet();
    }
    return null;
  }

  private void putUnchecked(BackupKey key) {
    try {
      put(store(), key.toString(), random(1, 10));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
