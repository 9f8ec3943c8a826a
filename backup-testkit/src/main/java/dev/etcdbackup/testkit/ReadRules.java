package dev.etcdbackup.testkit;

import static dev.etcdbackup.testkit.StoreRules.assertStored;
import static dev.etcdbackup.testkit.StoreRules.put;
import static dev.etcdbackup.testkit.StoreRules.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.StoredBackup;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules for reading: a stream has exactly the requested bytes of exactly the listed backup. */
interface ReadRules extends StoreRules {
  @Test
  default void whatIsNotThereIsNotFound() throws Exception {
    put(store(), "p/ab", random(1, 10));
    put(store(), "p/sub/a", random(1, 10));
    for (String key : List.of("p/a", "p/abc", "p/sub", "p/sub/a/b", "q/ab", "ab", "p")) {
      assertThat(store().find(BackupKey.parse(key))).as("found under %s", key).isEmpty();
    }
  }

  @ParameterizedTest(name = "{1} bytes from {0}")
  @CsvSource({
    "0, 0",
    "0, 1",
    "0, 3000000",
    "1234567, 0",
    "1234567, 1000001",
    "2999999, 1",
    "3000000, 0"
  })
  default void aRangeIsReadExactly(int offset, int length) throws Exception {
    byte[] bytes = random(2, 3_000_000);
    StoredBackup backup = put(store(), "p/a", bytes);
    try (InputStream in = store().open(backup, offset, length)) {
      byte[] read = in.readAllBytes();
      assertThat(read.length).isEqualTo(length);
      assertThat(Arrays.equals(read, Arrays.copyOfRange(bytes, offset, offset + length)))
          .as("whether the bytes are those of the range")
          .isTrue();
      assertThat(in.read()).as("at the end").isEqualTo(-1);
    }
  }

  @ParameterizedTest(name = "{1} bytes from {0}")
  @CsvSource({"-1, 1", "0, -1", "0, 1001", "1001, 0", "1000, 1", "500, 9223372036854775807"})
  default void aRangeOutsideIsRefused(long offset, long length) throws Exception {
    StoredBackup backup = put(store(), "p/a", random(3, 1000));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> store().open(backup, offset, length).close());
  }

  @Test
  default void whatWasListedCanBeOpened() throws Exception {
    byte[] bytes = random(4, 1000);
    put(store(), "p/a", bytes);
    assertThat(StoreRules.read(store(), store().list("p").get(0))).isEqualTo(bytes);
  }

  @Test
  default void aDeletedBackupIsNotOpened() throws Exception {
    StoredBackup backup = put(store(), "p/a", random(5, 1000));
    store().delete(List.of(backup.key()));
    assertThatExceptionOfType(BackupNotFoundException.class)
        .isThrownBy(() -> store().open(backup, 0, 1000).close());
  }

  @Test
  default void aBackupThatWasReplacedIsNotOpened() throws Exception {
    StoredBackup old = put(store(), "p/a", random(0, 1000));
    for (int seed = 1; seed <= 20; seed++) { // of one size, one after the other as fast as can be
      StoredBackup before = old;
      store().delete(List.of(before.key()));
      old = put(store(), "p/a", random(seed, 1000));
      assertThatExceptionOfType(BackupNotFoundException.class)
          .isThrownBy(() -> store().open(before, 0, 1000).close());
    }
  }

  @Test
  default void streamsThatAreClosedEarlyHoldNothing() throws Exception {
    byte[] bytes = random(6, MIB);
    StoredBackup backup = put(store(), "p/a", bytes);
    for (int i = 0; i < 100; i++) { // more than a pool of connections has
      try (InputStream in = store().open(backup, 0, MIB)) {
        assertThat(in.read()).isEqualTo(bytes[0] & 0xff);
      }
    }
    assertStored(store(), "p/a", bytes);
  }
}
