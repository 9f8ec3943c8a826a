package dev.etcdbackup.snapshot.bbolt;

/** Takes the progress of one pass over the bytes of a database. */
@FunctionalInterface
public interface PassProgress {
  /** Ignores it. */
  PassProgress NONE = bytes -> {};

  /**
   * Takes progress; called on the thread that reads.
   *
   * @param bytes how many more bytes were passed
   */
  void advanced(long bytes);
}
