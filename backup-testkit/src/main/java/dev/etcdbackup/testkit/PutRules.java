package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.StoreRules.assertEmpty;
import static dev.etcdbackup.testkit.StoreRules.assertStored;
import static dev.etcdbackup.testkit.StoreRules.keys;
import static dev.etcdbackup.testkit.StoreRules.put;
import static dev.etcdbackup.testkit.StoreRules.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules for writing: a backup is stored completely or not at all, and nothing is overwritten.
 */
interface PutRules extends StoreRules {
  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {0, 1, MIB, LARGE})
  default void whatIsPutIsFoundListedAndReadBack(int size) throws Exception {
    byte[] bytes = random(1, size);
    StoredBackup put = put(store(), "p/a", bytes);
    assertThat(put.key()).isEqualTo(BackupKey.of("p", "a"));
    assertThat(put.size()).isEqualTo(size);
    assertThat(put.lastModified())
        .isBetween(
            Instant.now().minus(Duration.ofHours(1)), Instant.now().plus(Duration.ofHours(1)));
    assertThat(keys(store(), "p")).containsExactly("p/a");
    assertThat(store().list("p").get(0).size()).isEqualTo(size);
    assertThat(StoreRules.read(store(), put)).isEqualTo(bytes);
    assertStored(store(), "p/a", bytes);
  }

  @ParameterizedTest(name = "{0} bytes, {1} expected")
  @CsvSource({"1000, 0", "1000, 1000000000", "17825792, 0", "17825792, 1", "17825792, 17825793"})
  default void theExpectedSizeIsOnlyAHint(int size, long expected) throws Exception {
    byte[] bytes = random(2, size);
    store().put(BackupKey.of("p", "a"), Content.of(new WatchedStream(bytes), expected));
    assertStored(store(), "p/a", bytes);
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1000, LARGE})
  default void theExpectedSizeMayBeUnknown(int size) throws Exception {
    byte[] bytes = random(3, size);
    store().put(BackupKey.of("p", "a"), Content.of(new WatchedStream(bytes)));
    assertStored(store(), "p/a", bytes);
  }

  @Test
  default void theContentIsLeftOpen() throws Exception {
    WatchedStream content = new WatchedStream(random(4, 1000));
    store().put(BackupKey.of("p", "a"), Content.of(content));
    assertThat(content.wasClosed()).isFalse();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1000, LARGE})
  default void nothingIsVisibleBeforeTheContentHasEnded(int size) throws Exception {
    byte[] bytes = random(5, size);
    WatchedStream content =
        new WatchedStream(bytes).before(size, () -> assertEmpty(store(), "p/a"));
    store().put(BackupKey.of("p", "a"), Content.of(content));
    assertStored(store(), "p/a", bytes);
  }

  @Test
  default void aSecondPutUnderTheSameKeyIsRefusedAndLeavesTheFirstUntouched() throws Exception {
    byte[] first = random(6, 1000);
    put(store(), "p/a", first);
    assertThatExceptionOfType(BackupExistsException.class)
        .isThrownBy(() -> put(store(), "p/a", random(7, 1000)))
        .satisfies(e -> assertThat(e.key()).isEqualTo(BackupKey.of("p", "a")));
    assertStored(store(), "p/a", first);
  }

  @Test
  default void aTakenNameIsRefusedBeforeTheContentIsRead() throws Exception {
    put(store(), "p/a", random(8, 1000));
    WatchedStream content = new WatchedStream(random(9, 1000));
    assertThatExceptionOfType(BackupExistsException.class)
        .isThrownBy(() -> store().put(BackupKey.of("p", "a"), Content.of(content)));
    assertThat(content.wasRead()).isFalse();
  }

  @ParameterizedTest(name = "{0} bytes")
  @ValueSource(ints = {1000, LARGE})
  default void aNameTakenMeanwhileIsRefusedAtTheEnd(int size) throws Exception {
    byte[] first = random(10, 1000);
    WatchedStream content =
        new WatchedStream(random(11, size)).before(size, () -> put(store(), "p/a", first));
    assertThatExceptionOfType(BackupExistsException.class)
        .isThrownBy(() -> store().put(BackupKey.of("p", "a"), Content.of(content)));
    assertStored(store(), "p/a", first);
  }

  @Test
  default void ofTwoPutsOfOneKeyAtOnceExactlyOneWins() throws Exception {
    for (int round = 0; round < 10; round++) {
      String key = "p/" + round;
      CyclicBarrier bothRead = new CyclicBarrier(2);
      List<Callable<Boolean>> puts = new ArrayList<>();
      for (int writer = 0; writer < 2; writer++) {
        byte[] bytes = random(writer, 1000);
        puts.add(() -> winsAgainst(key, bytes, bothRead));
      }
      List<Boolean> won = together(puts);
      assertThat(won).as("who of the two won %s", key).containsExactlyInAnyOrder(true, false);
      assertStored(store(), key, random(won.indexOf(true), 1000));
    }
  }

  @Test
  default void putsOfManyKeysAtOnceDoNotDisturbEachOther() throws Exception {
    List<Callable<StoredBackup>> puts = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      String key = "p" + i % 3 + "/" + i;
      byte[] bytes = random(i, 10_000 + i);
      puts.add(() -> put(store(), key, bytes));
    }
    together(puts);
    for (int i = 0; i < 24; i++) {
      assertStored(store(), "p" + i % 3 + "/" + i, random(i, 10_000 + i));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "/a",
        "p/",
        "p//a",
        "p/../a",
        "../a",
        "p/..",
        "./a",
        "p/a\n",
        "p/\u0000",
        "p/a\\b",
        "p/\ud83d",
        ".etcd-backup/a",
        "p/.DS_Store",
        "p/.snapshot/a",
        "p/.nfs000000000000002a00000001"
      })
  default void aKeyThatIsNotWritableIsRefused(String key) throws Exception {
    WatchedStream content = new WatchedStream(random(12, 10));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().put(BackupKey.parse(key), Content.of(content)));
    assertThat(content.wasRead()).isFalse();
    assertThat(keys(store(), "")).isEmpty();
  }

  private boolean winsAgainst(String key, byte[] bytes, CyclicBarrier bothRead) throws Exception {
    WatchedStream content = new WatchedStream(bytes).before(0, () -> await(bothRead));
    try {
      store().put(BackupKey.parse(key), Content.of(content));
      return true;
    } catch (BackupExistsException e) {
      return false;
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(1, TimeUnit.SECONDS);
    } catch (TimeoutException | BrokenBarrierException theyNeverMeet) {
      // A store may let one of the two wait for the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> List<T> together(List<Callable<T>> calls) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> call : threads.invokeAll(calls, 60, TimeUnit.SECONDS)) {
        results.add(call.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
