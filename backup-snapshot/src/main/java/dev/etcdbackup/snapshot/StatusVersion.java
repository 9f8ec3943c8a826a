package dev.etcdbackup.snapshot;

/**
 * A minor version of etcd. Its {@code snapshot status} decides what the total of keys means, which
 * changed once.
 */
public enum StatusVersion {
  /** etcdctl 3.4. */
  V3_4,
  /** etcdctl or etcdutl 3.5; answers like 3.4. */
  V3_5,
  /** etcdutl 3.6: counts the keys of users, and prints the storage version. */
  V3_6,
  /** etcdutl 3.7 and later; answers like 3.6. */
  V3_7
}
