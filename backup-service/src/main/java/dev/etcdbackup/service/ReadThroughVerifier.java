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
import dev.etcdbackup.internal.Sha256;
import dev.etcdbackup.name.BackupKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The default verifier: reads the whole snapshot and verifies its size and its SHA-256. */
record ReadThroughVerifier(BackupEncodings encodings) implements BackupVerifier {
  private static final int SHA256 = 32;

  /** The SHA-256 at the end of recorded changes is that of all bytes before it. */
  private Verification verifyChanges(Backup backup, BackupStore store) throws BackupException {
    try (InputStream stored = store.open(backup.stored(), 0, backup.stored().size());
        InputStream decoded = encodings.decode(stored, backup.name())) {
      MessageDigest digest = Sha256.digest();
      byte[] held = decoded.readNBytes(SHA256); // the last bytes read, which may be the hash
      byte[] buffer = new byte[1 << 16];
      for (int count = decoded.read(buffer); count >= 0; count = decoded.read(buffer)) {
        byte[] all = Arrays.copyOf(held, held.length + count);
        System.arraycopy(buffer, 0, all, held.length, count);
        digest.update(all, 0, all.length - held.length);
        held = Arrays.copyOfRange(all, all.length - held.length, all.length);
      }
      return Arrays.equals(digest.digest(), held)
          ? new Verification(List.of())
          : new Verification(
              List.of(backup.key() + ": the SHA-256 at the end is not that of what is before it"));
    } catch (CorruptBackupException e) {
      return new Verification(List.of(Objects.toString(e.getMessage())));
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(backup.key() + " cannot be read: " + FailureText.of(e), e);
    }
  }

  @Override
  public Verification verify(Backup backup, BackupStore store) throws BackupException {
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return new Verification(List.of("cannot be verified, because " + missing.get()));
    }
    if (backup.kind() == BackupKind.CHANGES) {
      return verifyChanges(backup, store);
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
