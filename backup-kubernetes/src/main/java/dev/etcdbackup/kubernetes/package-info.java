/** Clusters, stores, locks and status on Kubernetes, for operators that take backups. */
@NullMarked
package dev.etcdbackup.kubernetes;

import org.jspecify.annotations.NullMarked;
