/** A test restore of a backup: a real etcd is started from it, checked and deleted. */
@NullMarked
package dev.etcdbackup.etcd.drill;

import org.jspecify.annotations.NullMarked;
