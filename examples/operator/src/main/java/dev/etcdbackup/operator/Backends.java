package dev.etcdbackup.operator;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;

/** Where stores and clusters come from; tests give others than Secrets, S3 and etcd. */
public interface Backends {
  /**
   * Opens a store. Called once for each address, and again when it was released.
   *
   * @param address the address
   * @return the store
   * @throws IllegalArgumentException when the address is invalid
   */
  BackupStore store(StoreAddress address);

  /**
   * Closes a store that nothing uses any more. Does nothing by default.
   *
   * @param store a store that was opened here
   */
  default void release(BackupStore store) {}

  /**
   * Returns a source. Nothing is connected, and no Secret is read, before a snapshot is opened.
   *
   * @param address the address
   * @return the source, which reads the Secrets anew for each snapshot
   * @throws IllegalArgumentException when the address is invalid
   */
  SnapshotSource source(EtcdAddress address);
}
