/** Snapshots of a live etcd cluster, over jetcd. */
@NullMarked
package dev.etcdbackup.etcd;

import org.jspecify.annotations.NullMarked;
