package dev.etcdbackup.snapshot;

import java.io.IOException;

/**
 * Takes the entries of a snapshot, bucket by bucket, while {@link
 * EtcdSnapshot#verify(VerifyOptions, BucketVisitor)} reads them, so that a snapshot that is both
 * verified and copied is read once. Each entry was checked by itself; whether the snapshot is good
 * is known only from the report.
 */
@FunctionalInterface
public interface BucketVisitor {
  /**
   * Begins a bucket; the one before it is complete. Buckets come in the order of their names.
   *
   * @param name the name of the bucket in etcd's database: {@code key}, {@code meta}, {@code lease}
   *     and others; each byte of it is one character (ISO 8859-1)
   * @return takes the entries of the bucket
   * @throws IOException to end the verification
   */
  Entries bucket(String name) throws IOException;

  /** Takes the entries of a bucket, in the order of their keys. */
  @FunctionalInterface
  interface Entries {
    /**
     * Takes one entry. What is in the array is valid until this returns.
     *
     * @param array holds the key, and the value directly after it; not to be changed
     * @param keyOffset where the key begins
     * @param keyLength how long the key is, 1 to 32768 bytes
     * @param valueLength how long the value is, 0 to 33554432 bytes
     * @throws IOException to end the verification
     */
    void entry(byte[] array, int keyOffset, int keyLength, int valueLength) throws IOException;
  }
}
