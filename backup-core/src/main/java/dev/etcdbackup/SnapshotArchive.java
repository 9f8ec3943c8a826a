package dev.etcdbackup;

import dev.etcdbackup.name.BackupName;
import java.io.InputStream;

/**
 * How a snapshot lies inside a backup of kind tarball. Core knows the names alone; {@code
 * backup-tarball} implements this.
 *
 * <p>Implementations are thread-safe; their streams belong to one thread and hold no more than some
 * hundred KiB.
 */
public interface SnapshotArchive {
  /**
   * Packs a snapshot while it is read.
   *
   * @param snapshot the snapshot; read to its end, closed with the result
   * @param size its size in bytes, exactly
   * @param name the name of the backup it goes into
   * @return the packed bytes; reading them throws {@link SourceException} when the snapshot turns
   *     out shorter or longer, and what the snapshot's stream throws as it is
   * @throws BackupException when packing cannot begin
   */
  InputStream pack(InputStream snapshot, long size, BackupName name) throws BackupException;

  /**
   * Unpacks a snapshot while it is read.
   *
   * @param object the stored bytes; closed with the result
   * @param name the name of the backup they come from
   * @return the snapshot; its end is reported only after the archive proved to be well formed to
   *     its own end and to hold nothing else, otherwise reading throws {@link
   *     CorruptBackupException}
   * @throws CorruptBackupException when this is no such archive, or it holds what has no place
   *     there
   */
  InputStream unpack(InputStream object, BackupName name) throws BackupException;
}
