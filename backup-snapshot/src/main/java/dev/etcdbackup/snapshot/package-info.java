/**
 * Snapshots of etcd read without etcd: status, verification, keys at any retained revision, HashKV,
 * differences, and facts of a stored backup by a few range reads. {@link
 * dev.etcdbackup.snapshot.EtcdSnapshot} is the way in.
 *
 * <p>Formats: {@code etcd/server/storage/schema} and {@code mvcc}, {@code api/mvccpb/kv.proto},
 * {@code server/lease/leasepb/lease.proto}, {@code api/authpb/auth.proto}; etcd 3.4 to 3.6.
 */
@NullMarked
package dev.etcdbackup.snapshot;

import org.jspecify.annotations.NullMarked;
