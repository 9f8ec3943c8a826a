package dev.etcdbackup.faults;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import java.io.IOException;
import java.util.List;

/**
 * Where one case happens: a store and a source into which a fault is injected, and a view without
 * the fault.
 */
interface Backend extends AutoCloseable {
  /** The kinds there are. */
  enum Kind {
    DIRECTORY("directory"),
    DISK("full disk"),
    ETCD("etcd into a directory"),
    S3PROXY("s3proxy"),
    RGW("Ceph RGW");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** The store as the job sees it. */
  BackupStore faultyStore();

  /** The same store past the fault. */
  BackupStore clear();

  /** A source of this snapshot, or of another one where there is a real etcd. */
  SnapshotSource source(byte[] snapshot);

  /** Puts other bytes under a backup's name, past the library. */
  void overwrite(BackupKey key, byte[] bytes) throws IOException;

  /** Has what a killed process left behind removed, the way it is when it has become old enough. */
  void sweep() throws IOException;

  /** Multipart uploads and temporary files. */
  List<String> leftovers() throws IOException;

  /** Closes the clients; then no connection is to be left. */
  void closeClients();

  /** Connections that are open all the same. */
  int openConnections();

  @Override
  void close() throws IOException;
}
