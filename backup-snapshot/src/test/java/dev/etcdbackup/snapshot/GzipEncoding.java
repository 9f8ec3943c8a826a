package dev.etcdbackup.snapshot;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/** Gzip alone stands for a tarball. */
final class GzipEncoding implements BackupEncoding {
  @Override
  public String suffix() {
    return ".tar.gz";
  }

  @Override
  public Content encode(Content content, BackupName name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public InputStream decode(InputStream encoded, BackupName name) throws BackupException {
    try {
      return new GZIPInputStream(encoded);
    } catch (IOException e) {
      throw new CorruptBackupException("this is not an archive", e);
    }
  }
}
