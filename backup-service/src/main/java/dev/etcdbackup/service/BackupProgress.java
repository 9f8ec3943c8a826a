package dev.etcdbackup.service;

/** Hears how far a backup or a read-back has come. */
@FunctionalInterface
public interface BackupProgress {
  /**
   * Called about once a MiB and at the end, by the thread that moves the bytes: be quick. An
   * exception fails the operation.
   *
   * @param bytes bytes of the snapshot so far
   * @param total bytes of the whole snapshot
   */
  void moved(long bytes, long total);
}
