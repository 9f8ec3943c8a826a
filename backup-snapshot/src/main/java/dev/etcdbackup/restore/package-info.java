/**
 * The data directory of a new cluster's member, made of a snapshot without etcd. {@link
 * dev.etcdbackup.restore.DataDirRestore} is the way in.
 *
 * <p>Formats and ids are those of {@code etcdutl snapshot restore}: {@code
 * etcdutl/snapshot/v3_snapshot.go}, {@code server/etcdserver/api/membership}, {@code
 * server/storage/wal} and {@code api/snap}, {@code raft/raftpb/raft.proto}; etcd 3.4 to 3.7.
 */
@NullMarked
package dev.etcdbackup.restore;

import org.jspecify.annotations.NullMarked;
