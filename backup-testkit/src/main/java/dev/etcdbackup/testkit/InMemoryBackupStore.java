package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A backup store for tests that keeps its objects in the heap and fulfils the whole contract of a
 * store.
 *
 * <p>Thread-safe. Blocks only while it reads content that blocks.
 */
public final class InMemoryBackupStore implements BackupStore {
  private final ConcurrentSkipListMap<BackupKey, Kept> kept = new ConcurrentSkipListMap<>();
  private final AtomicLong versions = new AtomicLong();
  private final InstantSource clock;

  /** Creates an empty store that uses the system clock. */
  public InMemoryBackupStore() {
    this(InstantSource.system());
  }

  /**
   * Creates an empty store.
   *
   * @param clock the clock that dates the received backups
   */
  public InMemoryBackupStore(InstantSource clock) {
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    key.requireWritable();
    if (kept.containsKey(key)) {
      throw new BackupExistsException(key);
    }
    byte[] bytes = readAll(key, content.stream());
    String version = "v" + versions.incrementAndGet();
    StoredBackup backup = new StoredBackup(key, bytes.length, clock.instant(), version);
    if (kept.putIfAbsent(key, new Kept(backup, bytes)) != null) {
      throw new BackupExistsException(key);
    }
    return backup;
  }

  @Override
  public List<StoredBackup> list(String project) {
    return kept
        .tailMap(BackupKey.parse(project.isEmpty() ? "" : project + "/")) // '/' begins the names
        .values()
        .stream()
        .map(kept -> kept.backup)
        .takeWhile(backup -> project.isEmpty() || backup.key().toString().startsWith(project + "/"))
        .filter(backup -> backup.isListedIn(project))
        .toList();
  }

  /** Returns all objects, whether they are backups or not. */
  List<StoredBackup> everything() {
    return kept.values().stream().map(kept -> kept.backup).toList();
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) {
    return Optional.ofNullable(kept.get(key)).map(kept -> kept.backup);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    if (offset < 0 || length < 0 || length > backup.size() - offset) {
      throw new IllegalArgumentException(
          "offset " + offset + " and length " + length + " must be within 0 to " + backup.size());
    }
    Kept found = kept.get(backup.key());
    if (found == null || !found.backup.version().equals(backup.version())) {
      throw new BackupNotFoundException(
          backup.key(), backup.key() + " was deleted or replaced since it was listed", null);
    }
    return new ByteArrayInputStream(found.bytes, (int) offset, (int) length);
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) {
    kept.keySet().removeAll(Set.copyOf(keys));
    return new DeleteResult(Set.copyOf(keys), Map.of());
  }

  private static byte[] readAll(BackupKey key, InputStream stream) throws BackupException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] buffer = new byte[64 * 1024];
    int count = 0;
    while (count >= 0) {
      bytes.write(buffer, 0, count);
      count = read(key, stream, buffer);
      if (Thread.currentThread().isInterrupted()) {
        throw new StoreException("interrupted while storing " + key, null);
      }
    }
    return bytes.toByteArray();
  }

  private static int read(BackupKey key, InputStream stream, byte[] buffer) throws BackupException {
    try {
      return stream.read(buffer);
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new SourceException(
          "the content of " + key + " could not be read: " + e.getMessage(), e);
    }
  }

  private static final class Kept {
    final StoredBackup backup;
    final byte[] bytes;

    Kept(StoredBackup backup, byte[] bytes) {
      this.backup = backup;
      this.bytes = bytes;
    }
  }
}
