package dev.etcdbackup.snapshot;

import dev.etcdbackup.snapshot.bbolt.Bucket;
import dev.etcdbackup.snapshot.bbolt.LeafVisitor;
import java.io.IOException;

/**
 * Takes what a verification reads, bucket by bucket, so that whoever needs it all need not read it
 * again. What it takes was checked, but is proved only when the verification is over.
 */
@FunctionalInterface
public interface BucketVisitor {
  /**
   * Begins a bucket; the one before it is complete. Buckets come in the order of their names.
   *
   * @param bucket the bucket
   * @return takes its pages, each after it was checked, in the order of the keys
   * @throws IOException to end the verification
   */
  LeafVisitor bucket(Bucket bucket) throws IOException;
}
