package dev.etcdbackup.openpgp;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Objects;

/**
 * Stores encrypted backups again, for other recipients, under new names. Deletes nothing: the
 * backup for the former recipients stays until it is pruned or deleted.
 *
 * <p>Immutable; as thread-safe as the store.
 */
public final class Rewrapping {
  /** How many taken names in a row are skipped, a second each. */
  private static final int MAX_SECONDS_AHEAD = 60;

  private final BackupStore store;
  private final OpenPgpEncoding encoding;

  /**
   * Creates it.
   *
   * @param store where the backups are
   * @param encoding with a private key of the former recipients and the public keys of the new ones
   */
  public Rewrapping(BackupStore store, OpenPgpEncoding encoding) {
    this.store = Objects.requireNonNull(store, "store");
    this.encoding = Objects.requireNonNull(encoding, "encoding");
  }

  /**
   * Stores a backup again for the new recipients. It is read twice: first all of it is decrypted
   * and its integrity is verified; then it is copied with a new head, and the copy is committed
   * only when exactly the bytes were read that were verified. The name is that of the backup with
   * the next free second of the following 60. Holds less than 1 MiB in memory.
   *
   * @param backup a periodic backup, a tarball or recorded changes whose last encoding is {@code
   *     .gpg}
   * @return the new backup
   * @throws IllegalArgumentException when the backup is not encrypted, or its name has no time
   * @throws dev.etcdbackup.KeyUnavailableException when a key is missing or cannot be used
   * @throws CorruptBackupException when the backup is damaged, or changed while it was read;
   *     nothing was stored
   * @throws dev.etcdbackup.BackupNotFoundException when the backup is no longer there; nothing was
   *     stored
   * @throws BackupExistsException when all names are taken, or the chosen one was taken meanwhile;
   *     nothing was stored
   * @throws StoreException when the store failed; nothing was stored unless it says that the
   *     outcome is unknown
   */
  public StoredBackup rewrap(Backup backup) throws BackupException {
    BackupName name = backup.name();
    if (name.kind() == BackupKind.OTHER || !name.text().endsWith(OpenPgpEncoding.SUFFIX)) {
      throw new IllegalArgumentException(
          "backup must be a periodic one or a tarball with the suffix .gpg, not " + name);
    }
    StoredBackup stored = backup.stored();
    try {
      String verified = verify(stored, name);
      HashingInputStream copied =
          new HashingInputStream(store.open(stored, 0, stored.size())) {
            @Override
            void ended(long count, String sha256) throws CorruptBackupException {
              if (!sha256.equals(verified)) {
                throw new CorruptBackupException(stored.key() + " changed while it was read");
              }
            }
          };
      try (InputStream message = encoding.rewrap(copied, name)) {
        return store.put(freeKey(backup), Content.of(message));
      } finally {
        copied.close();
      }
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(stored.key() + " cannot be read: " + e.getMessage(), e);
    }
  }

  /** The SHA-256 of the stored bytes, when the message in them is whole and unmodified. */
  private String verify(StoredBackup stored, BackupName name) throws IOException {
    try (HashingInputStream hashing = new HashingInputStream(store.open(stored, 0, stored.size()));
        InputStream decrypted = encoding.decode(hashing, name)) {
      decrypted.transferTo(OutputStream.nullOutputStream());
      return hashing.sha256();
    }
  }

  private BackupKey freeKey(Backup backup) throws BackupException {
    BackupName old = backup.name();
    Instant time = old.time().orElseThrow();
    for (int i = 1; i <= MAX_SECONDS_AHEAD; i++) {
      Instant next = time.plusSeconds(i);
      BackupName name =
          switch (old.kind()) {
            case TARBALL -> BackupName.tarball(next);
            case CHANGES ->
                BackupName.changes(
                    old.firstRevision().orElseThrow(), old.revision().orElseThrow(), next);
            default -> BackupName.periodic(old.prefix(), old.revision().orElseThrow(), next);
          };
      for (String suffix : old.encodings()) {
        name = name.encodings().contains(suffix) ? name : name.withEncoding(suffix);
      }
      String directory = old.text().substring(0, old.text().length() - base(old).length());
      BackupKey key =
          BackupKey.of(
              backup.key().project(),
              old.kind() == BackupKind.PERIODIC ? name.text() : directory + name.text());
      if (store.find(key).isEmpty()) {
        return key;
      }
    }
    throw new BackupExistsException(backup.key());
  }

  private static String base(BackupName name) {
    return name.text().substring(name.text().lastIndexOf('/') + 1);
  }
}
