package dev.etcdbackup.testkit;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoredBackup;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A backup store for tests that passes every call on to another store. Subclasses change what they
 * need: they count calls, refuse them, or answer something else. For failures at a given point
 * there is {@link dev.etcdbackup.testkit.faults.FaultyBackupStore}.
 *
 * <p>Thread-safe if the other store is.
 */
public class ForwardingBackupStore implements BackupStore {
  private final BackupStore target;

  /**
   * Creates a store.
   *
   * @param target the store that calls are passed on to
   */
  public ForwardingBackupStore(BackupStore target) {
    this.target = Objects.requireNonNull(target, "target");
  }

  /**
   * The store that a call is passed on to; every call asks for it.
   *
   * @return the store
   * @throws BackupException when a subclass lets every call fail
   */
  protected BackupStore target() throws BackupException {
    return target;
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    return target().put(key, content);
  }

  @Override
  public List<StoredBackup> list(String project) throws BackupException {
    return target().list(project);
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) throws BackupException {
    return target().find(key);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    return target().open(backup, offset, length);
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) throws BackupException {
    return target().delete(keys);
  }
}
