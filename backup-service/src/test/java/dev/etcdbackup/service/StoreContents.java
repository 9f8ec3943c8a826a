package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What is in a store that is copied from or to. */
final class StoreContents {
  private StoreContents() {}

  /** A small snapshot. */
  static byte[] snapshot(long seed) {
    return TestSnapshots.bytes(seed, 12);
  }

  static void put(BackupStore store, String key, byte[] bytes) throws BackupException {
    store.put(BackupKey.parse(key), Content.of(new ByteArrayInputStream(bytes), bytes.length));
  }

  /** The content of a store, as text that assertions can show. */
  static Map<BackupKey, String> content(BackupStore store) throws BackupException {
    Map<BackupKey, String> content = new HashMap<>();
    for (StoredBackup one : store.list("")) {
      content.put(one.key(), contentOf(store, one.key()));
    }
    return content;
  }

  static String contentOf(BackupStore store, BackupKey key) {
    try {
      StoredBackup stored = store.find(key).orElseThrow();
      try (InputStream in = store.open(stored, 0, stored.size())) {
        byte[] bytes = in.readAllBytes();
        return bytes.length + " " + Arrays.hashCode(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
