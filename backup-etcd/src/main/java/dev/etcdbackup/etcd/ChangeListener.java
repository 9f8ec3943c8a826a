package dev.etcdbackup.etcd;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;

/**
 * Learns what a {@link ChangeRecorder} does, on the recorder's thread, which waits meanwhile. An
 * exception that a method throws ends the recorder.
 */
public interface ChangeListener {
  /**
   * A base was taken, on which a new chain begins.
   *
   * @param base the backup
   * @param reason why it was needed
   */
  default void based(BackupKey base, String reason) {}

  /**
   * A chain that is stored is continued: after a start, and when another recorder went on with it.
   *
   * @param newest the newest object of the chain
   * @param objects how many objects of changes are stored after the backup on which it began, 1 or
   *     more
   */
  default void continued(Backup newest, int objects) {}

  /**
   * An object of changes was stored.
   *
   * @param changes the object; its name has the first and the last revision
   * @param events how many events it holds
   */
  default void stored(Backup changes, long events) {}

  /**
   * The member was asked where it stands, which is done once in each period.
   *
   * @param stored the last revision that is stored
   * @param live the member's revision
   */
  default void checked(long stored, long live) {}

  /**
   * A chain ended: it cannot be continued without a gap. A new base is taken next.
   *
   * @param last the last revision of the chain
   * @param reason why
   */
  default void ended(long last, String reason) {}

  /**
   * The member or the store failed. The recorder continues from what is stored.
   *
   * @param failure what failed
   */
  default void failed(BackupException failure) {}
}
