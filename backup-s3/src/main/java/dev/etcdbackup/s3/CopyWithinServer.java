package dev.etcdbackup.s3;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.ServerSideCopy;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;

/**
 * Copies between two stores of one server: a multipart upload whose parts the server takes from the
 * source, committed like every other; then the beginning and the end are read back from both.
 */
final class CopyWithinServer implements ServerSideCopy {
  private static final int COMPARED = 64 << 10;

  private final S3BackupStore from;
  private final S3BackupStore to;

  /** Refuses stores between which no server copies. */
  CopyWithinServer(S3BackupStore from, S3BackupStore to) {
    this.from = from;
    this.to = to;
    if (!server(from).equals(server(to))) {
      throw new IllegalArgumentException(
          "a server copies within itself alone; " + from + " and " + to + " are at two servers");
    }
    if (from.bucket().encryption().isAsked() || to.bucket().encryption().isAsked()) {
      throw new IllegalArgumentException(
          "backups that are encrypted with a key of the customer (SSE-C) are not copied within the"
              + " server; copy them without that");
    }
  }

  /** Where there is no endpoint it is AWS, and one region of it. */
  private static String server(S3BackupStore store) {
    S3ServiceClientConfiguration client = store.bucket().client.serviceClientConfiguration();
    Optional<URI> endpoint = client.endpointOverride();
    return endpoint.isPresent() ? endpoint.get().toString() : "AWS " + client.region();
  }

  @Override
  public StoredBackup copy(StoredBackup source) throws BackupException {
    BackupKey key = source.key();
    if (source.size() == 0) {
      return to.put(key, Content.of(InputStream.nullInputStream(), 0)); // no range is of nothing
    }
    StoredBackup copy = to.copy(from.bucket(), source);
    try {
      requireSameEnds(source, copy);
      return copy;
    } catch (BackupException e) {
      discard(copy, e);
      throw e;
    }
  }

  private void discard(StoredBackup copy, BackupException why) throws StoreException {
    try {
      to.discard(copy);
    } catch (BackupException e) {
      throw new StoreException(
          why.getMessage() + "; the copy could not be removed: " + e.getMessage(), e, true);
    }
  }

  private void requireSameEnds(StoredBackup source, StoredBackup copy) throws BackupException {
    long size = source.size();
    int length = (int) Math.min(COMPARED, size);
    for (long offset : new long[] {0, size - length}) {
      if (!Arrays.equals(read(from, source, offset, length), read(to, copy, offset, length))) {
        throw new StoreException(
            "the server made a copy of " + copy.key() + " that differs; do not trust this server",
            null);
      }
    }
  }

  private static byte[] read(S3BackupStore store, StoredBackup backup, long offset, int length)
      throws BackupException {
    try (InputStream in = store.open(backup, offset, length)) {
      return in.readNBytes(length);
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(backup.key() + " cannot be read: " + FailureText.of(e), e);
    }
  }
}
