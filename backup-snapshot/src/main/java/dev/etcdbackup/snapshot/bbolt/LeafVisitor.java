package dev.etcdbackup.snapshot.bbolt;

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
}
