/**
 * A running etcd cluster: how to reach it, its snapshots, a lock for many schedulers, and a restore
 * into it. Calls are made by gRPC alone.
 */
@NullMarked
package dev.etcdbackup.etcd;

import org.jspecify.annotations.NullMarked;
