package dev.etcdbackup.snapshot;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Verifies stored backups to the last page and entry, as {@link EtcdSnapshot#verify()} does.
 *
 * <p>A backup is read once, in one request, and copied as {@link StoredSnapshot} says, which takes
 * up to 32 MiB on top of what {@link EtcdSnapshot} says, or a temporary file. Its SHA-256 is
 * computed while it is copied, and again only when it does not match.
 *
 * <p>A backup with an encoding that was not given, an encrypted one for example, is reported as one
 * that cannot be verified.
 *
 * <p>Thread-safe. A call works on the caller's thread. It has no timeout of its own: the store's
 * end each read, and interrupting the thread ends a call within a second.
 */
public final class SnapshotBackupVerifier implements BackupVerifier {
  private final BackupEncodings encodings;
  private final Path directory;
  private final VerifyOptions verifyOptions;
  private final ReadOptions.Unpacking unpacking;

  /**
   * Creates a verifier that uses {@link VerifyOptions#DEFAULT}.
   *
   * @param encodings the encodings that backups are read with
   * @param directory where temporary files go: must exist, with room for the largest snapshot. A
   *     process that is killed leaves its {@code etcd-backup-*.db} there
   */
  public SnapshotBackupVerifier(BackupEncodings encodings, Path directory) {
    this(encodings, directory, VerifyOptions.DEFAULT);
  }

  /**
   * Creates a verifier.
   *
   * @param encodings the encodings that backups are read with
   * @param directory where temporary files go, as above
   * @param options how to verify
   */
  public SnapshotBackupVerifier(BackupEncodings encodings, Path directory, VerifyOptions options) {
    this(encodings, directory, options, ReadOptions.Unpacking.NONE);
  }

  private SnapshotBackupVerifier(
      BackupEncodings encodings,
      Path directory,
      VerifyOptions options,
      ReadOptions.Unpacking unpacking) {
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    this.directory = Objects.requireNonNull(directory, "directory");
    this.verifyOptions = Objects.requireNonNull(options, "options");
    this.unpacking = Objects.requireNonNull(unpacking, "unpacking");
  }

  /**
   * Returns a verifier that also unpacks backups that begin as an archive does, although their
   * names have no encodings; see {@link ReadOptions.Builder#unpacking}.
   *
   * @param unpacking what unpacks them
   * @return the verifier
   */
  public SnapshotBackupVerifier withUnpacking(ReadOptions.Unpacking unpacking) {
    return new SnapshotBackupVerifier(encodings, directory, verifyOptions, unpacking);
  }

  /**
   * Verifies a backup.
   *
   * @param backup the backup
   * @param store where it is stored
   * @return the problems, as many as the options list and then how many more there are
   * @throws BackupNotFoundException when it is no longer there
   * @throws StoreException when it cannot be read, or the temporary file cannot be written
   */
  @Override
  public Verification verify(Backup backup, BackupStore store) throws BackupException {
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return new Verification(List.of("cannot be verified, because " + missing.get()));
    }
    ReadOptions options =
        ReadOptions.builder(encodings, directory)
            .checksum(ReadOptions.Checksum.REPORTED)
            .timeout(ReadOptions.MAX_TIMEOUT)
            .unpacking(unpacking)
            .build();
    try (StoredSnapshot stored = StoredSnapshot.open(backup, store, options)) {
      return new Verification(stored.snapshot().verify(verifyOptions).lines());
    } catch (CorruptBackupException e) {
      return new Verification(List.of(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw StoredSnapshot.failure(e, backup.key().toString(), options);
    }
  }
}
