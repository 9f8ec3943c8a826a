package dev.etcdbackup.cli;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.FileSnapshotSource;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.tarball.Archives;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** A snapshot in a file, which is unpacked to a temporary file first when it is an archive. */
final class FromFile implements AutoCloseable {
  private final @Nullable Path file;
  private final @Nullable Path temporary;

  private FromFile(@Nullable Path file, @Nullable Path temporary) {
    this.file = file;
    this.temporary = temporary;
  }

  /**
   * Unpacks a file if it is an archive.
   *
   * @param file the file; null for none
   * @throws SourceException when it is an archive and cannot be unpacked
   */
  static FromFile of(@Nullable Path file, ReadOptions.Unpacking unpacking) throws SourceException {
    if (file == null) {
      return new FromFile(null, null);
    }
    Path temporary = null;
    try (InputStream packed = new BufferedInputStream(Files.newInputStream(file))) {
      packed.mark(Archives.HEAD);
      if (!Archives.isArchive(packed.readNBytes(Archives.HEAD))) {
        return new FromFile(file, null);
      }
      packed.reset();
      InputStream in = unpacking.unpack(packed);
      temporary = Files.createTempFile(OperandReader.temporaryDirectory(), "etcd-backup-", ".db");
      Files.copy(in, temporary, StandardCopyOption.REPLACE_EXISTING);
      return new FromFile(file, temporary);
    } catch (NoSuchFileException e) {
      return new FromFile(file, null); // reported by the source
    } catch (IOException e) {
      delete(temporary);
      String how = e instanceof CorruptBackupException ? ": " : " cannot be read: ";
      throw new SourceException(file + how + e.getMessage(), e);
    }
  }

  /** The source of the snapshot. */
  SnapshotSource source() {
    if (file == null) {
      throw new IllegalStateException("there is no file");
    }
    return temporary == null ? FileSnapshotSource.of(file) : () -> open(file, temporary);
  }

  private static Snapshot open(Path file, Path temporary) throws SourceException {
    try {
      return FileSnapshotSource.of(temporary).open();
    } catch (SourceException e) {
      String message = String.valueOf(e.getMessage());
      throw new SourceException(
          message.replace(temporary.toString(), "what was unpacked from " + file), e);
    }
  }

  private static void delete(@Nullable Path temporary) {
    if (temporary != null) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        temporary.toFile().deleteOnExit();
      }
    }
  }

  @Override
  public void close() {
    delete(temporary);
  }
}
