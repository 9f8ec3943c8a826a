/**
 * The basic types of the library: keys, backups, snapshots, the interfaces that back ends
 * implement, and the exceptions.
 */
@NullMarked
package dev.etcdbackup;

import org.jspecify.annotations.NullMarked;
