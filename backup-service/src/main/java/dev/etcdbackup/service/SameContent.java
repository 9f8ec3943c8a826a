package dev.etcdbackup.service;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * Compares an object in two stores: by size, then by ETag when both stores have one of S3's form,
 * then by the first and the last 64 KiB. A snapshot ends with its SHA-256, a compressed one with
 * the sizes and checksums of its blocks, and an encrypted one begins with its own session key.
 */
final class SameContent {
  private static final int COMPARED = 64 * 1024;
  private static final Pattern ETAG = Pattern.compile("\"?[0-9a-f]{32}(?:-[0-9]+)?\"?");

  private SameContent() {}

  static boolean is(BackupStore from, StoredBackup one, BackupStore to, StoredBackup other)
      throws BackupException {
    if (one.size() != other.size()) {
      return false;
    }
    if (ETAG.matcher(one.version()).matches() && one.version().equals(other.version())) {
      return true;
    }
    long size = one.size();
    int length = (int) Math.min(COMPARED, size);
    return Arrays.equals(
            read(from, one, size - length, length), read(to, other, size - length, length))
        && (length == size
            || Arrays.equals(read(from, one, 0, length), read(to, other, 0, length)));
  }

  private static byte[] read(BackupStore store, StoredBackup backup, long offset, int length)
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
