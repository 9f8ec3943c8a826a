/**
 * The fault matrix: what the library does when anything between etcd, it and a store goes wrong.
 */
@NullMarked
package dev.etcdbackup.faults;

import org.jspecify.annotations.NullMarked;
