package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * The work of copying one backup under the same key. Cancelling does nothing more than the
 * interrupt that comes with it, which ends the calls of both stores.
 */
record CopyOne(
    Backup backup,
    BackupStore from,
    BackupStore to,
    BackupEncodings encodings,
    Presence presence,
    boolean sizeOnly,
    ThreadFactory threads)
    implements Deadline.Work<Copied> {

  /** Says what the target has under a key: by a request for each, or by one listing. */
  interface Presence {
    Optional<StoredBackup> of(BackupKey key) throws BackupException;
  }

  @Override
  public void cancel() {}

  @Override
  public boolean waitsForSource() {
    return false;
  }

  @Override
  public Copied call() throws IOException {
    Optional<StoredBackup> present = presence.of(backup.key());
    if (present.isPresent()) {
      return compare(present.get());
    }
    String unverified = reasonNotToVerify();
    try {
      put(unverified.isEmpty());
      return result(Outcome.COPIED, unverified.isEmpty(), unverified);
    } catch (BackupExistsException e) {
      return compare(to.find(backup.key()).orElseThrow(() -> e));
    } catch (KeyUnavailableException e) {
      put(false);
      return result(Outcome.COPIED, false, String.valueOf(e.getMessage()));
    } catch (CorruptBackupException e) {
      return result(Outcome.CORRUPT, false, String.valueOf(e.getMessage()));
    }
  }

  /** A name that is not this library's says nothing about its content. */
  private String reasonNotToVerify() {
    return backup.kind() == BackupKind.OTHER
        ? "not a periodic or tarball name"
        : encodings.missing(backup.name()).orElse("");
  }

  private void put(boolean verifying) throws IOException {
    StoredBackup source = backup.stored();
    try (InputStream stored = from.open(source, 0, source.size());
        InputStream content = verifying ? passing(stored) : stored) {
      StoredBackup put = to.put(backup.key(), Content.of(content, source.size()));
      if (put.size() != source.size()) {
        throw new StoreException(
            "the target reports "
                + put.size()
                + " bytes for "
                + backup.key()
                + ", which has "
                + source.size()
                + "; verify the copy before you rely on it or delete it",
            null,
            true);
      }
    }
  }

  /** The stored bytes, which end only after they were verified. */
  private InputStream passing(InputStream stored) throws IOException {
    return backup.name().encodings().isEmpty()
        ? verifying(stored)
        : new DecodingTee(stored, backup.name(), encodings, this::verifying, threads);
  }

  private InputStream verifying(InputStream decoded) {
    return backup.kind() == BackupKind.CHANGES
        ? new TrailerInputStream(decoded)
        : new VerifyingInputStream(decoded);
  }

  private Copied compare(StoredBackup present) throws BackupException {
    boolean same =
        sizeOnly
            ? present.size() == backup.stored().size()
            : SameContent.is(from, backup.stored(), to, present);
    return same
        ? result(Outcome.PRESENT, false, "")
        : result(
            Outcome.REFUSED,
            false,
            "the target has another object of this name, of " + present.size() + " bytes");
  }

  private Copied result(Outcome outcome, boolean verified, String detail) {
    return new Copied(backup.key(), outcome, backup.stored().size(), verified, detail);
  }
}
