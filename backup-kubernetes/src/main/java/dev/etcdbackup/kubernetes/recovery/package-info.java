/** Restores an etcd cluster that runs as a StatefulSet, step by step. */
@NullMarked
package dev.etcdbackup.kubernetes.recovery;

import org.jspecify.annotations.NullMarked;
