/**
 * The words of the library: keys, backups, snapshots, the interfaces others implement, and the
 * failures.
 */
@NullMarked
package dev.etcdbackup;

import org.jspecify.annotations.NullMarked;
