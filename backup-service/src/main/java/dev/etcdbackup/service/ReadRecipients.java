package dev.etcdbackup.service;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.internal.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The work of reading the beginning of an encrypted backup, which says to whom it is encrypted. */
record ReadRecipients(Backup backup, BackupStore store, BackupEncodings encodings)
    implements Deadline.Work<Recipients> {
  /** Enough for hundreds of recipients. */
  private static final long HEAD_BYTES = 256 * 1024;

  @Override
  public Recipients call() throws IOException {
    long length = Math.min(backup.stored().size(), HEAD_BYTES);
    try (InputStream head = store.open(backup.stored(), 0, length)) {
      return encodings
          .encryptedTo(head, backup.name())
          .orElse(new Recipients(List.of(), List.of()));
    }
  }

  @Override
  public void cancel() {}
}
