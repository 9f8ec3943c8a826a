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
 * <p>A backup is copied for that as {@link SnapshotCopy} says, which takes 32 MiB at most on top of
 * what {@link EtcdSnapshot} says, or a temporary file.
 *
 * <p>An encrypted backup cannot be looked into and is reported as such.
 *
 * <p>Thread-safe. A call works on the caller's thread and one more, ended when it returns.
 */
public final class SnapshotBackupVerifier implements BackupVerifier {
  private final BackupEncodings encodings;
  private final Path directory;
  private final VerifyOptions options;

  /**
   * Creates a verifier that goes by {@link VerifyOptions#DEFAULT}.
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
    this.options = Objects.requireNonNull(options, "options");
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    this.directory = Objects.requireNonNull(directory, "directory");
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
      return new Verification(
          List.of("cannot be verified, because the encoding for " + missing.get() + " is missing"));
    }
    try (SnapshotCopy copy = SnapshotCopy.of(backup, store, encodings, directory)) {
      return new Verification(copy.snapshot().verify(options).lines());
    } catch (CorruptBackupException e) {
      return new Verification(List.of(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw SnapshotCopy.failure(e, backup, directory);
    }
  }
}
