package dev.etcdbackup.service;

/** A listener that receives the progress of a backup or a download. */
@FunctionalInterface
public interface BackupProgress {
  /** A listener that does nothing. */
  BackupProgress NONE = (bytes, total) -> {};

  /**
   * Called about once per MiB and at the end, on the thread that transfers the bytes, so it must
   * return quickly. An exception fails the operation.
   *
   * @param bytes the number of bytes of the snapshot that were transferred so far
   * @param total the size of the snapshot in bytes
   */
  void moved(long bytes, long total);
}
