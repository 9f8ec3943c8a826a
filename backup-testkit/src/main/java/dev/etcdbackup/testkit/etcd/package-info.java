/** Real etcd servers to test against: single ones and clusters, with TLS and authentication. */
@NullMarked
package dev.etcdbackup.testkit.etcd;

import org.jspecify.annotations.NullMarked;
