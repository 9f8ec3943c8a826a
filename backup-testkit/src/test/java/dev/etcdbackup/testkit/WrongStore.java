package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;

/** A store that is right in everything but what a test makes wrong. */
final class WrongStore implements BackupStore {
  private final InMemoryBackupStore right = new InMemoryBackupStore();
  private Put put = InMemoryBackupStore::put;
  private Find find = InMemoryBackupStore::find;
  private Open open = InMemoryBackupStore::open;
  private BiFunction<List<StoredBackup>, String, Stream<StoredBackup>> list =
      (all, project) -> within(all, project);
  private Function<Collection<BackupKey>, Stream<BackupKey>> delete = Collection::stream;
  private boolean refuseAbsent;

  interface Put {
    StoredBackup put(InMemoryBackupStore right, BackupKey key, Content content) throws IOException;
  }

  interface Find {
    Optional<StoredBackup> find(InMemoryBackupStore right, BackupKey key);
  }

  interface Open {
    InputStream open(InMemoryBackupStore right, StoredBackup backup, long offset, long length)
        throws BackupException;
  }

  WrongStore put(Put wrong) {
    this.put = wrong;
    return this;
  }

  WrongStore find(Find wrong) {
    this.find = wrong;
    return this;
  }

  WrongStore open(Open wrong) {
    this.open = wrong;
    return this;
  }

  /** Takes everything there is and the project. */
  WrongStore list(BiFunction<List<StoredBackup>, String, Stream<StoredBackup>> wrong) {
    this.list = wrong;
    return this;
  }

  /** Takes what is to be deleted, gives what is; all of it is reported as gone. */
  WrongStore delete(Function<Collection<BackupKey>, Stream<BackupKey>> wrong) {
    this.delete = wrong;
    return this;
  }

  /** Deletes what is stored under a key that fits one that is named. */
  WrongStore deleteAll(BiPredicate<String, String> fits) {
    return delete(
        keys ->
            keys()
                .filter(
                    stored ->
                        keys.stream()
                            .anyMatch(named -> fits.test(stored.toString(), named.toString()))));
  }

  /** Everything that is stored. */
  Stream<BackupKey> keys() {
    return right.everything().stream().map(StoredBackup::key);
  }

  /**
   * Everything there is, once there is something of a prefix or nothing of it is left, for which
   * another thread may need its time. Gives up after 5 seconds.
   */
  List<StoredBackup> allOnce(boolean present, String prefix) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    List<StoredBackup> all = right.everything();
    while (present != all.stream().anyMatch(backup -> backup.key().toString().startsWith(prefix))
        && System.nanoTime() - end < 0) {
      Thread.onSpinWait();
      all = right.everything();
    }
    return all;
  }

  /** Counts only those keys as gone that were there. */
  WrongStore refuseAbsent() {
    this.refuseAbsent = true;
    return this;
  }

  static Stream<StoredBackup> within(List<StoredBackup> all, String project) {
    return all.stream().filter(backup -> backup.isListedIn(project));
  }

  /** Stores over whatever is there. */
  static StoredBackup overwrite(InMemoryBackupStore store, BackupKey key, byte[] bytes)
      throws BackupException {
    store.delete(List.of(key));
    return store.put(key, Content.of(new ByteArrayInputStream(bytes)));
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    try {
      return put.put(right, key, content);
    } catch (BackupException e) {
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<StoredBackup> list(String project) {
    return list.apply(right.everything(), project).toList();
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) {
    return find.find(right, key);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    return open.open(right, backup, offset, length);
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) {
    Set<BackupKey> gone = new HashSet<>(keys);
    if (refuseAbsent) {
      gone.retainAll(keys().toList());
    }
    right.delete(delete.apply(keys).toList());
    return new DeleteResult(gone, Map.of());
  }
}
