package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.service.DownloadRequest;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.tarball.Tarball;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;

/** Opens what a command reads, and leaves nothing behind. */
final class OperandReader {
  private final EtcdBackupCommand root;

  OperandReader(EtcdBackupCommand root) {
    this.root = root;
  }

  /** How the bytes are had. */
  enum Way {
    FILE("file"),
    RANGES("ranges"),
    TEMPORARY_FILE("temporary file");

    private final String text;

    Way(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** What is done with an open snapshot. */
  @FunctionalInterface
  interface Work<T> {
    T run(EtcdSnapshot snapshot, Way way) throws IOException, UsageException;
  }

  /**
   * For work that reads all of it. A stored backup goes through a temporary file, proved by its
   * SHA-256 on the way: by ranges it could take a hundred thousand requests.
   */
  <T> T whole(SnapshotOperand operand, Work<T> work) throws UsageException, IOException {
    return read(operand, false, work);
  }

  /** For work that reads a few pages: a stored backup that is no tarball is read by ranges. */
  <T> T pages(SnapshotOperand operand, Work<T> work) throws UsageException, IOException {
    return read(operand, true, work);
  }

  private <T> T read(SnapshotOperand operand, boolean byRanges, Work<T> work)
      throws UsageException, IOException {
    requireReadable(operand);
    if (operand instanceof SnapshotOperand.InFile in) {
      return operand.isTarball()
          ? unpacked(in, work)
          : run(operand, EtcdSnapshot.open(in.file()), Way.FILE, work);
    }
    BackupKey key = ((SnapshotOperand.InStore) operand).key();
    try (StoreOptions.OpenStore open = root.store.open(root.store.required(), false)) {
      if (byRanges && !operand.isTarball()) {
        StoredBackup stored =
            open.store()
                .find(key)
                .orElseThrow(() -> new BackupNotFoundException("there is no backup " + key));
        return run(operand, EtcdSnapshot.open(open.store(), stored), Way.RANGES, work);
      }
      return fetched(key, open, work);
    }
  }

  private <T> T fetched(BackupKey key, StoreOptions.OpenStore open, Work<T> work)
      throws UsageException, IOException {
    try (TemporarySnapshot copy = TemporarySnapshot.create()) {
      try (ProgressLine progress = ProgressLine.on(root.errors(), key.project())) {
        root.service(open.store())
            .download(DownloadRequest.builder(key, copy.file()).progress(progress).build());
      }
      SnapshotOperand operand = new SnapshotOperand.InStore(key);
      return run(operand, EtcdSnapshot.open(copy.file()), Way.TEMPORARY_FILE, work);
    }
  }

  private static <T> T unpacked(SnapshotOperand.InFile in, Work<T> work)
      throws UsageException, IOException {
    try (TemporarySnapshot copy = TemporarySnapshot.create()) {
      try (InputStream object = Files.newInputStream(in.file());
          InputStream snapshot = new Tarball().decode(object, in.name())) {
        Files.copy(snapshot, copy.file());
      }
      return run(in, EtcdSnapshot.open(copy.file()), Way.TEMPORARY_FILE, work);
    }
  }

  private static <T> T run(SnapshotOperand operand, EtcdSnapshot snapshot, Way way, Work<T> work)
      throws UsageException, IOException {
    try (snapshot) {
      return work.run(snapshot, way);
    } catch (CorruptBackupException e) {
      throw new CorruptBackupException(operand + ": " + e.getMessage(), e);
    }
  }

  private static void requireReadable(SnapshotOperand operand) throws UsageException {
    if (operand.name().isEncrypted()) {
      throw new UsageException(operand + " is encrypted; decrypt it with gpg first");
    }
    if (operand instanceof SnapshotOperand.InFile in && !Files.isRegularFile(in.file())) {
      String problem = Files.exists(in.file()) ? " is not a file" : " is not there";
      throw new UsageException(operand + problem);
    }
  }
}
