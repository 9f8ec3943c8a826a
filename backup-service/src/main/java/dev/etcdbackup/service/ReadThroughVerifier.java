package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The default verifier: reads the whole snapshot and verifies its size and its SHA-256. */
record ReadThroughVerifier(BackupEncodings encodings) implements BackupVerifier {
  @Override
  public Verification verify(Backup backup, BackupStore store) throws BackupException {
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return new Verification(List.of("cannot be verified, because " + missing.get()));
    }
    try (InputStream snapshot = new SnapshotReader(store, encodings).open(backup)) {
      Download.copy(snapshot, OutputStream.nullOutputStream());
      return new Verification(List.of());
    } catch (CorruptBackupException e) {
      return new Verification(List.of(Objects.toString(e.getMessage())));
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(backup.key() + " cannot be read: " + FailureText.of(e), e);
    }
  }
}
