/** Real etcd servers and clusters for tests, with TLS and authentication. */
@NullMarked
package dev.etcdbackup.testkit.etcd;

import org.jspecify.annotations.NullMarked;
