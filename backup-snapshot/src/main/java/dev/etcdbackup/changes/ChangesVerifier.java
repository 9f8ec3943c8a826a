package dev.etcdbackup.changes;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.name.BackupKind;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Verifies recorded changes, each object by itself: its SHA-256, and that it holds every revision
 * that its name says, in order. Other backups are left to another verifier.
 *
 * <p>Thread-safe, as far as the other verifier is.
 */
public final class ChangesVerifier implements BackupVerifier {
  private final BackupEncodings encodings;
  private final BackupVerifier others;

  /**
   * Creates a verifier.
   *
   * @param encodings the encodings that changes are read with
   * @param others verifies what holds no changes
   */
  public ChangesVerifier(BackupEncodings encodings, BackupVerifier others) {
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    this.others = Objects.requireNonNull(others, "others");
  }

  @Override
  public Verification verify(Backup backup, BackupStore store) throws BackupException {
    if (backup.kind() != BackupKind.CHANGES) {
      return others.verify(backup, store);
    }
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return new Verification(List.of("cannot be verified, because " + missing.get()));
    }
    try {
      ChangesFile unused = ChangesFile.read(backup, store, encodings);
      return new Verification(List.of());
    } catch (CorruptBackupException e) {
      return new Verification(List.of(String.valueOf(e.getMessage())));
    }
  }
}
