/** Snapshots inside gzipped tarballs, packed and unpacked while they stream. */
@NullMarked
package dev.etcdbackup.tarball;

import org.jspecify.annotations.NullMarked;
