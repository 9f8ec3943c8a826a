package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.VerifyingInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Opens stored backups as the snapshots inside them. */
final class SnapshotReader {
  private final BackupStore store;
  private final BackupEncodings encodings;

  SnapshotReader(BackupStore store, BackupEncodings encodings) {
    this.store = store;
    this.encodings = encodings;
  }

  /** The stored bytes, as they are. */
  InputStream openRaw(StoredBackup stored) throws IOException {
    return store.open(stored, 0, stored.size());
  }

  /** The decoded snapshot, which reports its end only after it was verified. */
  VerifyingInputStream open(Backup backup) throws IOException {
    encodings.require(backup.name());
    return new VerifyingInputStream(encodings.decode(openRaw(backup.stored()), backup.name()));
  }
}
