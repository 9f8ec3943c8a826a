package dev.etcdbackup.service;

/** A listener that receives the progress of a backup, a download or a scrub. */
@FunctionalInterface
public interface BackupProgress {
  /** A listener that does nothing. */
  BackupProgress NONE = (bytes, total) -> {};

  /**
   * Called about once per MiB and at the end, on the thread that transfers the bytes, so it must
   * return quickly. An exception fails the operation, which throws it; a backup is not stored and a
   * file does not appear then.
   *
   * @param bytes the number of bytes of the snapshot that were transferred so far; of the stored
   *     bytes in a raw download and in a scrub
   * @param total the number of all of them
   */
  void moved(long bytes, long total);
}
