package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotArchive;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.name.BackupKind;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** Opens stored backups as the snapshots inside them. */
final class SnapshotReader {
  private final BackupStore store;
  private final @Nullable SnapshotArchive archive;

  SnapshotReader(BackupStore store, @Nullable SnapshotArchive archive) {
    this.store = store;
    this.archive = archive;
  }

  /** The stored bytes, as they are. */
  InputStream openRaw(StoredBackup stored) throws IOException {
    return store.open(stored, 0, stored.size());
  }

  /** The snapshot, unpacked; its end comes only after proof. */
  VerifyingInputStream open(Backup backup) throws IOException {
    if (backup.name().isEncrypted()) {
      throw new IllegalArgumentException(
          backup.key() + " is encrypted with GnuPG; read it raw and decrypt it with gpg");
    }
    InputStream object = openRaw(backup.stored());
    try {
      return new VerifyingInputStream(
          backup.kind() == BackupKind.TARBALL
              ? TakeBackup.requireArchive(archive).unpack(object, backup.name())
              : object);
    } catch (IOException | RuntimeException e) {
      object.close();
      throw e;
    }
  }
}
