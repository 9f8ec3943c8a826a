/**
 * An operator that backs up the clusters that resources name: {@code EtcdBackupSchedule} of its
 * own, and those of the archived etcd operator.
 */
@NullMarked
package dev.etcdbackup.operator;

import org.jspecify.annotations.NullMarked;
