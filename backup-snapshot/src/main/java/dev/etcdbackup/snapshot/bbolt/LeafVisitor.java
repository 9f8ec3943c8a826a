package dev.etcdbackup.snapshot.bbolt;

import dev.etcdbackup.CorruptBackupException;
import java.io.IOException;

/** Takes the pairs of a bucket, a page of them at a time, in the order of their keys. */
@FunctionalInterface
public interface LeafVisitor {
  /**
   * Takes a leaf page.
   *
   * @param leaf its pairs; good until this returns
   * @throws IOException to end the walk
   */
  void leaf(Leaf leaf) throws IOException;

  /**
   * Takes a leaf page whose pairs were looked at when it passed, in a walk of {@link
   * PassedDatabase} only.
   *
   * @param leaf what is known of them
   * @throws CorruptBackupException always, unless a visitor can do with that
   * @throws IOException to end the walk
   */
  default void passed(PassedLeaf leaf) throws IOException {
    throw new CorruptBackupException("the pairs of a page were not kept");
  }
}
