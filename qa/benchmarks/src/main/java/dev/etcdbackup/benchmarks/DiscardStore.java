package dev.etcdbackup.benchmarks;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoredBackup;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads everything to its end and forgets it: what is left is the cost of the source. */
final class DiscardStore implements BackupStore {
  private static final int BUFFER = 1 << 20;

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    byte[] buffer = new byte[BUFFER];
    long size = 0;
    try {
      InputStream stream = content.stream();
      for (int n; (n = stream.readNBytes(buffer, 0, BUFFER)) > 0; ) {
        size += n;
      }
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new SourceException("the content of " + key + " cannot be read", e);
    }
    return new StoredBackup(key, size, Instant.now(), "");
  }

  @Override
  public List<StoredBackup> list(String project) {
    return List.of();
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) {
    return Optional.empty();
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    throw new BackupNotFoundException(backup.key());
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) {
    return new DeleteResult(Set.copyOf(keys), Map.of());
  }
}
