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
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.internal.Deadline;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;

/**
 * The work of copying one backup, under the same key or encoded anew. Cancelling does nothing more
 * than the interrupt that comes with it, which ends the calls of both stores.
 */
record CopyOne(
    Backup backup,
    BackupStore from,
    BackupStore to,
    BackupEncodings encodings,
    Presence presence,
    boolean sizeOnly,
    Optional<NewEncoding> newEncoding,
    Optional<ServerSideCopy> serverSide,
    ThreadFactory threads)
    implements Deadline.Work<Copied> {
  private static final long HEAD = 80; // of a snapshot: holds its size

  /**
   * How what is decoded on the way is encoded again.
   *
   * @param encodings the encodings
   * @param suffixes their suffixes, in the order in which they are applied
   */
  record NewEncoding(BackupEncodings encodings, List<String> suffixes) {
    /** The key of a backup at the target: its base name with these suffixes. */
    BackupKey key(Backup backup) {
      BackupName name = BackupName.parse(backup.name().base());
      for (String suffix : suffixes) {
        name = name.withEncoding(suffix);
      }
      return BackupKey.of(backup.key().project(), name.text());
    }
  }

  /** Says what the target has under a key: by a request for each, or by one listing. */
  interface Presence {
    Optional<StoredBackup> of(BackupKey key) throws BackupException;
  }

  @Override
  public void cancel() {}

  @Override
  public Copied call() throws IOException {
    if (newEncoding.isPresent() && isReencoded()) {
      return encodeAgain(newEncoding.get());
    }
    Optional<StoredBackup> present = presence.of(backup.key());
    if (present.isPresent()) {
      return compare(present.get());
    }
    if (serverSide.isPresent()) {
      return copyWithinServer(serverSide.get());
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

  private Copied copyWithinServer(ServerSideCopy server) throws IOException {
    try {
      requireAnnouncedSize();
      StoredBackup copy = server.copy(backup.stored());
      requireSize(copy, backup.stored().size());
      return result(
          Outcome.COPIED, false, "copied within the server; its beginning and end are the same");
    } catch (BackupExistsException e) {
      return compare(to.find(backup.key()).orElseThrow(() -> e));
    } catch (CorruptBackupException e) {
      return result(Outcome.CORRUPT, false, String.valueOf(e.getMessage()));
    }
  }

  /** The first page of a snapshot says how large it is: shows a cut one without reading it. */
  private void requireAnnouncedSize() throws IOException {
    if (backup.kind() != BackupKind.PERIODIC || !backup.name().encodings().isEmpty()) {
      return;
    }
    StoredBackup source = backup.stored();
    try (InputStream head = from.open(source, 0, Math.min(HEAD, source.size()))) {
      long announced = new VerifyingInputStream(head).size();
      if (announced != source.size()) {
        throw new CorruptBackupException(
            "it has " + source.size() + " bytes and its first page announces " + announced);
      }
    }
  }

  /** Tarballs and names that are not this library's stay as they are. */
  private boolean isReencoded() {
    return backup.kind() == BackupKind.PERIODIC || backup.kind() == BackupKind.CHANGES;
  }

  /** Encrypted bytes differ each time, so an object with that name counts as equal. */
  private Copied encodeAgain(NewEncoding as) throws IOException {
    BackupKey key = as.key(backup);
    if (key.equals(backup.key())) {
      return new CopyOne(
              backup,
              from,
              to,
              encodings,
              presence,
              sizeOnly,
              Optional.empty(),
              Optional.empty(),
              threads)
          .call();
    }
    if (presence.of(key).isPresent()) {
      return result(Outcome.PRESENT, false, "as " + key.name());
    }
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return result(Outcome.FAILED, false, "it cannot be encoded again: " + missing.get());
    }
    StoredBackup source = backup.stored();
    try (InputStream stored = from.open(source, 0, source.size());
        InputStream decoded = verifying(encodings.decode(stored, backup.name()))) {
      put(key, decoded, as.encodings());
      return result(Outcome.COPIED, true, "");
    } catch (BackupExistsException e) {
      return result(Outcome.PRESENT, false, "as " + key.name());
    } catch (KeyUnavailableException e) {
      return result(Outcome.FAILED, false, String.valueOf(e.getMessage()));
    } catch (CorruptBackupException e) {
      return result(Outcome.CORRUPT, false, String.valueOf(e.getMessage()));
    }
  }

  private void put(BackupKey key, InputStream decoded, BackupEncodings as) throws IOException {
    BackupName name = BackupName.parse(key.name());
    Content content =
        backup.name().encodings().isEmpty()
            ? Content.of(decoded, backup.stored().size())
            : Content.of(decoded);
    Content encoded = as.encode(content, name);
    try (CommitGuardInputStream guarded =
        new CommitGuardInputStream(encoded.stream(), () -> {}, false)) {
      StoredBackup put = to.put(key, new Content(guarded, encoded.expectedSize()));
      requireSize(put, guarded.count());
    }
  }

  private InputStream verifying(InputStream decoded) {
    return backup.kind() == BackupKind.CHANGES
        ? new TrailerInputStream(decoded)
        : new VerifyingInputStream(decoded);
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
      requireSize(to.put(backup.key(), Content.of(content, source.size())), source.size());
    }
  }

  private static void requireSize(StoredBackup put, long size) throws StoreException {
    if (put.size() != size) {
      throw new StoreException(
          "the target reports "
              + put.size()
              + " bytes for "
              + put.key()
              + ", which has "
              + size
              + "; verify the copy before you rely on it or delete it",
          null,
          true);
    }
  }

  /** The stored bytes, which end only after they were verified. */
  private InputStream passing(InputStream stored) throws IOException {
    return backup.name().encodings().isEmpty()
        ? verifying(stored)
        : new DecodingTee(stored, backup.name(), encodings, this::verifying, threads);
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
            "the target has another object of this name, of " + Counted.of(present.size(), "byte"));
  }

  private Copied result(Outcome outcome, boolean verified, String detail) {
    return new Copied(backup.key(), outcome, backup.stored().size(), verified, detail);
  }
}
