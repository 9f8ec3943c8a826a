/** Reads, verifies, compares and restores etcd snapshots without a server. */
module dev.etcdbackup.snapshot {
  requires static transitive org.jspecify;
  requires transitive dev.etcdbackup.core;
  requires com.fasterxml.jackson.core;

  exports dev.etcdbackup.changes;
  exports dev.etcdbackup.restore;
  exports dev.etcdbackup.snapshot;
}
