/** Snapshots of a live etcd cluster and the lock of a scheduler, over jetcd. */
@NullMarked
package dev.etcdbackup.etcd;

import org.jspecify.annotations.NullMarked;
