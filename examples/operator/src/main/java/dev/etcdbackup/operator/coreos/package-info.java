/**
 * The resources of the archived etcd operator of CoreOS, {@code etcd.database.coreos.com/v1beta2},
 * with the fields, status and finalizer that it gave them.
 */
@NullMarked
package dev.etcdbackup.operator.coreos;

import org.jspecify.annotations.NullMarked;
