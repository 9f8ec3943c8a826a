/** Proof that a backup can be restored: a real etcd started from it, looked at and thrown away. */
@NullMarked
package dev.etcdbackup.etcd.drill;

import org.jspecify.annotations.NullMarked;
