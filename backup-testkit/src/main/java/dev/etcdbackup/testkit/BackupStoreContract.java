package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** What every {@link BackupStore} keeps. Extend it and say how to make an empty store. */
public abstract class BackupStoreContract {
  /** For subclasses. */
  protected BackupStoreContract() {}

  /**
   * Makes the store to test.
   *
   * @return a fresh, empty store
   * @throws Exception when there is none
   */
  protected abstract BackupStore newStore() throws Exception;

  @Test
  void whatWasPutIsReadBack() throws Exception {
    BackupStore store = newStore();
    byte[] bytes = TestSnapshots.bytes(1, 3);
    StoredBackup put =
        store.put(BackupKey.of("p", "a"), Content.of(new ByteArrayInputStream(bytes)));
    try (InputStream in = store.open(put, 0, put.size())) {
      assertThat(in.readAllBytes()).isEqualTo(bytes);
    }
  }
}
