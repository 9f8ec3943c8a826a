package dev.etcdbackup.testkit.faults;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A backup store that injects faults into the calls of another store. It fulfils the contract of
 * {@link BackupStore} under all faults but two: content that is corrupted while it is written is
 * stored, and content that is corrupted while it is read is returned, as with a defective disk.
 *
 * <p>Works like a store in S3: content of less than a part is one {@link Operation#PUT}, other
 * content a {@link Operation#CREATE_UPLOAD}, an {@link Operation#UPLOAD_PART} for each part and a
 * {@link Operation#COMPLETE_UPLOAD}; then there is {@link Operation#FIND}, {@link Operation#GET},
 * {@link Operation#LIST} and {@link Operation#DELETE}, one call for each method called. Nothing is
 * retried: each fault causes a {@link StoreException}, with the outcome unknown when the reply to
 * PUT, COMPLETE_UPLOAD or DELETE is lost. The injected answers 404 of FIND and 404, 412 and 416 of
 * GET mean that there is no such backup.
 *
 * <p>Thread-safe when the other store is. Keeps one part of each put in memory.
 */
public final class FaultyBackupStore implements BackupStore {
  /** The default size of a part: 8 MiB. */
  public static final int PART_SIZE_BYTES = 8 << 20;

  private final BackupStore store;
  private final List<Fault> faults;
  private final int partSizeBytes;

  private FaultyBackupStore(BackupStore store, List<Fault> faults, int partSizeBytes) {
    this.store = Objects.requireNonNull(store, "store");
    this.faults = faults;
    this.partSizeBytes = partSizeBytes;
  }

  /**
   * Returns a store that injects faults.
   *
   * @param store the store of the backups
   * @param faults the faults; when several match a call, the first one is injected
   * @return the store
   * @throws IllegalArgumentException when a fault cannot be injected by a store
   */
  public static FaultyBackupStore over(BackupStore store, Fault... faults) {
    for (Fault fault : faults) {
      boolean known =
          switch (fault.operation()) {
            case ABORT_UPLOAD, SNAPSHOT, CONNECTION -> false;
            default -> true;
          };
      if (!known || fault.kind() == Effect.Kind.REFUSE) {
        throw new IllegalArgumentException("a store cannot inject: " + fault);
      }
    }
    return new FaultyBackupStore(store, List.of(faults), PART_SIZE_BYTES);
  }

  /**
   * Returns a store with parts of another size.
   *
   * @param partSizeBytes 1 or more, in bytes
   * @return the store
   * @throws IllegalArgumentException when it is less than 1
   */
  public FaultyBackupStore withPartSize(int partSizeBytes) {
    if (partSizeBytes < 1) {
      throw new IllegalArgumentException("partSizeBytes must be 1 or more, not " + partSizeBytes);
    }
    return new FaultyBackupStore(store, faults, partSizeBytes);
  }

  @Override
  public StoredBackup put(BackupKey key, Content content) throws BackupException {
    PartedStream parts = new PartedStream(this, key, content.stream(), partSizeBytes);
    StoredBackup stored = store.put(key, new Content(parts, content.expectedSize()));
    StoreCall commit = parts.commit();
    commit.reply(true);
    return commit.seen(stored);
  }

  @Override
  public List<StoredBackup> list(String project) throws BackupException {
    StoreCall call = call(Operation.LIST, project);
    call.request();
    List<StoredBackup> backups = store.list(project);
    call.reply(false);
    return backups.stream().map(call::seen).toList();
  }

  @Override
  public Optional<StoredBackup> find(BackupKey key) throws BackupException {
    StoreCall call = call(Operation.FIND, key.toString());
    try {
      call.request();
    } catch (StoreException e) {
      if (call.answers(404)) {
        return Optional.empty();
      }
      throw e;
    }
    Optional<StoredBackup> found = store.find(key);
    call.reply(false);
    return found.map(call::seen);
  }

  @Override
  public InputStream open(StoredBackup backup, long offset, long length) throws BackupException {
    StoreCall call = call(Operation.GET, backup.key().toString());
    try {
      call.request();
    } catch (StoreException e) {
      if (call.answers(404) || call.answers(412) || call.answers(416)) {
        throw new BackupNotFoundException(
            backup.key(), backup.key() + " is not there: " + e.getMessage(), e);
      }
      throw e;
    }
    InputStream in = store.open(backup, offset, length);
    return new FaultyInputStream(in, call.replyTransfer(), why -> call.failure(why, false));
  }

  @Override
  public DeleteResult delete(Collection<BackupKey> keys) throws BackupException {
    StoreCall call = call(Operation.DELETE, keys.toString());
    call.request();
    DeleteResult result = store.delete(keys);
    call.reply(true);
    return result;
  }

  /** Starts a call. */
  StoreCall call(Operation operation, String text) {
    Fault fault = null;
    for (Fault next : faults) {
      if (next.takes(operation, text) && fault == null) {
        fault = next;
      }
    }
    return new StoreCall(operation + " of " + text, fault);
  }
}
