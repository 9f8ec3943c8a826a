/** Restores of clusters: {@code EtcdRestore} of {@code etcdbackup.dev}, and what carries it out. */
@NullMarked
package dev.etcdbackup.operator.restore;

import org.jspecify.annotations.NullMarked;
