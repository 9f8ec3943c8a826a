package dev.etcdbackup.etcd.snapshot;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SnapshotArchive;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.etcd.bbolt.RandomAccessBytes;
import dev.etcdbackup.name.BackupKind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Verifies stored backups to the last page and entry, as {@link EtcdSnapshot#verify()} does.
 *
 * <p>A backup is read once, in one request, from its beginning to its end; a tarball is unpacked on
 * the way. A snapshot of up to 32 MiB is kept in memory meanwhile, a larger one in a temporary file
 * that is gone when {@link #verify} returns or throws. Reading a large one by ranges instead would
 * save the disk, but the pages of a database that was much rewritten lie so scattered that it takes
 * a hundred thousand requests for a GiB.
 *
 * <p>An encrypted backup cannot be looked into and is reported as such.
 *
 * <p>Thread-safe. A call works on the caller's thread and one more, ended when it returns, and
 * takes 32 MiB at most on top of what {@link EtcdSnapshot} says.
 */
public final class SnapshotBackupVerifier implements BackupVerifier {
  private static final int IN_MEMORY = 32 << 20;

  private final SnapshotArchive archive;
  private final Path folder;

  /**
   * Creates a verifier.
   *
   * @param archive how snapshots lie in tarballs
   * @param folder where temporary files go: must exist, with room for the largest snapshot. A
   *     process that is killed leaves its {@code etcd-backup-verify-*.db} there
   */
  public SnapshotBackupVerifier(SnapshotArchive archive, Path folder) {
    this.archive = Objects.requireNonNull(archive, "archive");
    this.folder = Objects.requireNonNull(folder, "folder");
  }

  /**
   * Verifies a backup.
   *
   * @param backup the backup
   * @param store where it is stored
   * @return the problems, 1000 of them at most and then how many more there are
   * @throws BackupNotFoundException when it is no longer there
   * @throws StoreException when it cannot be read, or the temporary file cannot be written
   */
  @Override
  public Verification verify(Backup backup, BackupStore store) throws BackupException {
    if (backup.name().isEncrypted()) {
      return new Verification(List.of("it is encrypted and cannot be verified"));
    }
    try (RandomAccessBytes bytes = read(backup, store)) {
      return verification(EtcdSnapshot.open(bytes).verify());
    } catch (SpooledBytes.ReadException e) {
      return bad(e.thrown(), backup);
    } catch (IOException e) {
      return bad(e, backup);
    }
  }

  private RandomAccessBytes read(Backup backup, BackupStore store) throws IOException {
    try (InputStream object = store.open(backup.stored(), 0, backup.stored().size());
        InputStream snapshot = unpacked(object, backup)) {
      return SpooledBytes.of(snapshot, IN_MEMORY, folder);
    }
  }

  private InputStream unpacked(InputStream object, Backup backup) throws BackupException {
    return backup.kind() == BackupKind.TARBALL ? archive.unpack(object, backup.name()) : object;
  }

  private static Verification verification(VerifyReport report) {
    List<String> lines = new ArrayList<>();
    report.problems().forEach(problem -> lines.add(problem.toString()));
    long more = report.problemCount() - lines.size();
    if (more > 0) {
      lines.add("and " + more + " more problems");
    }
    return new Verification(lines);
  }

  private Verification bad(IOException e, Backup backup) throws BackupException {
    if (e instanceof CorruptBackupException) {
      return new Verification(List.of(String.valueOf(e.getMessage())));
    }
    if (e instanceof BackupException failure) {
      throw failure;
    }
    throw new StoreException(
        "cannot verify " + backup.key() + " by way of a file in " + folder + ": " + e.getMessage(),
        e);
  }
}
