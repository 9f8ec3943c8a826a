package dev.etcdbackup.snapshot;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupInspector;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Inspection;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.internal.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Verifies stored backups to the last page and entry, as {@link EtcdSnapshot#verify()} does.
 *
 * <p>A good backup is read once, in one request, and verified while it is read. There is no
 * temporary file. What is kept of its pages meanwhile takes some 60 bytes for each page of 4 KiB,
 * 16 MiB for a GiB, and up to 24 MiB more while values of some MiB are read. That is 128 MiB at
 * most, or a quarter of the largest heap if that is less.
 *
 * <p>A second request, and a copy as {@link StoredSnapshot} says, into 32 MiB of memory or a
 * temporary file, is needed when a backup is verified {@linkplain VerifyOptions#deep deep} or
 * without its SHA-256 (then the copy is all there is), when it is damaged, for the report, and when
 * one reading was not enough: because more than that would have to be kept, or a page is larger
 * than 8 MiB (etcd makes no such page while its requests are limited to 1.5 MiB, as by default).
 *
 * <p>A backup with an encoding that was not given, an encrypted one for example, is reported as one
 * that cannot be verified.
 *
 * <p>Thread-safe. A call reads on a daemon thread of its own, for which the caller waits. It has no
 * timeout of its own unless {@link #withTimeout} sets one: the store's end each read. Interrupting
 * the thread ends a call within a second, or within 10 where the store's stream cannot be closed.
 */
public final class SnapshotBackupVerifier implements BackupVerifier, BackupInspector {
  private final BackupEncodings encodings;
  private final Path directory;
  private final VerifyOptions verifyOptions;
  private final ReadOptions.Unpacking unpacking;
  private final Duration timeout;
  private final ReadOptions.Progress progress;

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
    this(
        encodings,
        directory,
        options,
        ReadOptions.Unpacking.NONE,
        ReadOptions.NO_TIMEOUT,
        (bytes, total) -> {});
  }

  private SnapshotBackupVerifier(
      BackupEncodings encodings,
      Path directory,
      VerifyOptions options,
      ReadOptions.Unpacking unpacking,
      Duration timeout,
      ReadOptions.Progress progress) {
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    this.directory = Objects.requireNonNull(directory, "directory");
    this.verifyOptions = Objects.requireNonNull(options, "options");
    this.unpacking = Objects.requireNonNull(unpacking, "unpacking");
    this.timeout = Objects.requireNonNull(timeout, "timeout");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /**
   * Returns a verifier that also unpacks backups that begin as an archive does, although their
   * names have no encodings; see {@link ReadOptions.Builder#unpacking}.
   *
   * @param unpacking what unpacks them
   * @return the verifier
   */
  public SnapshotBackupVerifier withUnpacking(ReadOptions.Unpacking unpacking) {
    return new SnapshotBackupVerifier(
        encodings, directory, verifyOptions, unpacking, timeout, progress);
  }

  /**
   * Returns a verifier that limits each reading of a backup; see {@link
   * ReadOptions.Builder#timeout}. Default: no limit.
   *
   * @param timeout more than zero, at most 100 years
   * @return the verifier
   * @throws IllegalArgumentException when it is not
   */
  public SnapshotBackupVerifier withTimeout(Duration timeout) {
    Deadline.requireTimeout(timeout);
    return new SnapshotBackupVerifier(
        encodings, directory, verifyOptions, unpacking, timeout, progress);
  }

  /**
   * Returns a verifier that reports how far the reading of each backup is; where a copy is needed,
   * of copying it, then of the pass over its pages.
   *
   * @param progress called on the thread that reads, which is one of the verifier's own or that of
   *     the caller; each reading begins at 0 again
   * @return the verifier
   */
  public SnapshotBackupVerifier withProgress(ReadOptions.Progress progress) {
    return new SnapshotBackupVerifier(
        encodings, directory, verifyOptions, unpacking, timeout, progress);
  }

  /**
   * Verifies a backup.
   *
   * @param backup the backup
   * @param store where it is stored
   * @return the problems, as many as the options list and then how many more there are
   * @throws BackupNotFoundException when it is no longer there
   * @throws KeyUnavailableException when it is encrypted and none of the private keys fits
   * @throws StoreException when it cannot be read, or the temporary file cannot be written
   */
  @Override
  public Verification verify(Backup backup, BackupStore store) throws BackupException {
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return new Verification(List.of("cannot be verified, because " + missing.get()));
    }
    ReadOptions options = readOptions();
    if (goodWhenRead(backup, store, options).isPresent()) {
      return new Verification(List.of());
    }
    try (StoredSnapshot stored = StoredSnapshot.open(backup, store, options)) {
      return new Verification(stored.snapshot().verify(verifyOptions).lines());
    } catch (CorruptBackupException e) {
      return new Verification(List.of(String.valueOf(e.getMessage())));
    } catch (IOException e) {
      throw StoredSnapshot.failure(e, backup.key().toString(), options);
    }
  }

  /**
   * Verifies a backup as {@link #verify} does, and reads what it is.
   *
   * @param backup the backup
   * @param store where it is stored
   * @return what was found, with as many problems as the options list
   * @throws BackupNotFoundException when it is no longer there
   * @throws StoreException when it cannot be read, or the temporary file cannot be written
   */
  @Override
  public Inspection inspect(Backup backup, BackupStore store) throws BackupException {
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return Inspection.without(Inspection.Outcome.NOT_VERIFIED, List.of(missing.get()));
    }
    ReadOptions options = readOptions();
    try {
      Optional<PassingCheck.Good> good = goodWhenRead(backup, store, options);
      if (good.isPresent()) {
        PassingCheck.Good found = good.get();
        return good(found.revision(), found.meta().writtenBy(), found.databaseSize());
      }
      return inspectCopy(backup, store, options);
    } catch (KeyUnavailableException e) {
      return Inspection.without(Inspection.Outcome.NOT_VERIFIED, List.of(message(e)));
    } catch (CorruptBackupException e) {
      return Inspection.without(Inspection.Outcome.NO_SNAPSHOT, List.of(message(e)));
    } catch (IOException e) {
      throw StoredSnapshot.failure(e, backup.key().toString(), options);
    }
  }

  /** What the backup is if it was found good in one reading; empty when a copy has to be made. */
  private Optional<PassingCheck.Good> goodWhenRead(
      Backup backup, BackupStore store, ReadOptions options) throws BackupException {
    if (verifyOptions.deep() || !verifyOptions.trailerRequired()) {
      return Optional.empty();
    }
    try {
      return StoredSnapshot.read(backup, store, options, PassingCheck::of);
    } catch (CorruptBackupException e) { // it cannot be decoded: the copy ends with the same
      return Optional.empty();
    }
  }

  private Inspection inspectCopy(Backup backup, BackupStore store, ReadOptions options)
      throws IOException {
    try (StoredSnapshot stored = StoredSnapshot.open(backup, store, options)) {
      return inspect(stored.snapshot());
    }
  }

  private Inspection inspect(EtcdSnapshot snapshot) throws IOException {
    List<String> problems = snapshot.verify(verifyOptions).lines();
    SnapshotMetadata metadata;
    try {
      metadata = snapshot.metadata();
    } catch (CorruptBackupException e) {
      return Inspection.without(
          Inspection.Outcome.NO_SNAPSHOT, problems.isEmpty() ? List.of(message(e)) : problems);
    }
    if (!problems.isEmpty()) {
      return Inspection.without(Inspection.Outcome.DAMAGED, problems);
    }
    return good(metadata.revision(), metadata.writtenBy(), metadata.databaseSize());
  }

  private static Inspection good(long revision, StatusVersion writtenBy, long databaseSize) {
    return new Inspection(
        Inspection.Outcome.GOOD,
        List.of(),
        OptionalLong.of(revision),
        writtenBy.name().substring(1).replace('_', '.'),
        OptionalLong.of(databaseSize));
  }

  private ReadOptions readOptions() {
    return ReadOptions.builder(encodings, directory)
        .checksum(ReadOptions.Checksum.REPORTED)
        .timeout(timeout)
        .unpacking(unpacking)
        .progress(progress)
        .passProgress(progress)
        .build();
  }

  private static String message(Exception e) {
    return String.valueOf(e.getMessage());
  }
}
