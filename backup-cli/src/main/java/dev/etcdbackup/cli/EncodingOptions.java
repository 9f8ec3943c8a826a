package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.tarball.Tarball;

/** With which encodings backups are read. */
final class EncodingOptions {
  /**
   * Returns the encodings that the tool reads.
   *
   * @throws UsageException when an option names something that cannot be used
   */
  BackupEncodings reading() throws UsageException {
    return BackupEncodings.of(new Tarball());
  }
}
