package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.cli.config.EncodingConfig;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.tarball.Archives;
import dev.etcdbackup.tarball.Tarball;
import dev.etcdbackup.zstd.Zstandard;

/** With which encodings backups are read and written. */
final class EncodingOptions {
  /**
   * Returns the encodings that the tool reads.
   *
   * @throws UsageException when an option names something that cannot be used
   */
  BackupEncodings reading() throws UsageException {
    return BackupEncodings.of(new Tarball(), new Zstandard());
  }

  /**
   * Returns what unpacks backups and files that are archives although their names do not say so.
   *
   * @throws UsageException when an option names something that cannot be used
   */
  ReadOptions.Unpacking unpacking() throws UsageException {
    return new Archives(reading())::unpack;
  }

  /** Returns the encodings with which backups are written that are to be encoded like this. */
  static BackupEncodings writing(EncodingConfig config) throws UsageException {
    Zstandard zstd = new Zstandard();
    return BackupEncodings.of(new Tarball(), config.zstdLevel().map(zstd::withLevel).orElse(zstd));
  }
}
