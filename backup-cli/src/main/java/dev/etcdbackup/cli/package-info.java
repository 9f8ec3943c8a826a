/** {@code etcd-backup}, the command line tool: the library's first embedder. */
@NullMarked
package dev.etcdbackup.cli;

import org.jspecify.annotations.NullMarked;
