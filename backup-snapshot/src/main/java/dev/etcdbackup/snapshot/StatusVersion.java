package dev.etcdbackup.snapshot;

/** Whose {@code snapshot status} to answer like: what the total of keys means changed once. */
public enum StatusVersion {
  /** etcdctl 3.4. */
  V3_4,
  /** etcdctl or etcdutl 3.5; answers like 3.4. */
  V3_5,
  /** etcdutl 3.6 and later: counts the keys of users, and tells the storage version. */
  V3_6
}
