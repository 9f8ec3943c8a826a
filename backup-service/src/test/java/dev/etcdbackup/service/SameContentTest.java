package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a copier takes for a copy that is there already. */
class SameContentTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final BackupKey KEY = BackupKey.of("p", "a");
  private static final String ETAG = "\"9bb58f26192e4ba00f01e2e7b136bbd8-2\"";

  private final InMemoryBackupStore from = new InMemoryBackupStore(() -> NOW);
  private final InMemoryBackupStore to = new InMemoryBackupStore(() -> NOW);

  private static byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private boolean isSame(byte[] one, byte[] other) throws BackupException {
    StoreContents.put(from, "p/a", one);
    StoreContents.put(to, "p/a", other);
    return SameContent.is(from, from.find(KEY).orElseThrow(), to, to.find(KEY).orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 300_000})
  void theSameBytesAreTheSame(int size) throws Exception {
    assertThat(isSame(bytes(size), bytes(size))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "65536, 0", "65536, 65535", "65537, 0", "300000, 0", "300000, 65535"})
  void anotherByteAtTheBeginningOrTheEndMakesThemDiffer(int size, int at) throws Exception {
    byte[] beginning = bytes(size);
    beginning[at] ^= 1;
    assertThat(isSame(bytes(size), beginning)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"65537, 1", "300000, 1", "300000, 65536"})
  void anotherByteBeforeTheEndMakesThemDiffer(int size, int before) throws Exception {
    byte[] end = bytes(size);
    end[size - before] ^= 1;
    assertThat(isSame(bytes(size), end)).isFalse();
  }

  @Test
  void anotherSizeMakesThemDiffer() throws Exception {
    assertThat(isSame(bytes(10), bytes(11))).isFalse();
  }

  /** The stores have nothing of that key, so reading would throw. */
  @Test
  void equalETagsAreEnoughIfTheSizeIsTheSame() throws Exception {
    StoredBackup one = new StoredBackup(KEY, 10, NOW, ETAG);

    assertThat(SameContent.is(from, one, to, one)).isTrue();

    StoredBackup longer = new StoredBackup(KEY, 11, NOW, ETAG);
    assertThat(SameContent.is(from, one, to, longer)).isFalse();
  }
}
