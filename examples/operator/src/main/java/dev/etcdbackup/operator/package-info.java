/** An operator that reconciles {@code EtcdBackup} resources onto a scheduler. */
@NullMarked
package dev.etcdbackup.operator;

import org.jspecify.annotations.NullMarked;
