package dev.etcdbackup.service;

/** Is informed of how many bytes of a backup or a download have been transferred. */
@FunctionalInterface
public interface BackupProgress {
  /** Ignores everything. */
  BackupProgress NONE = (bytes, total) -> {};

  /**
   * Called about once a MiB and at the end, by the thread that transfers the bytes: be quick. An
   * exception fails the operation.
   *
   * @param bytes bytes of the snapshot so far
   * @param total bytes of the whole snapshot
   */
  void moved(long bytes, long total);
}
