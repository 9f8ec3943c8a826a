/** Backups as plain files under a directory. */
@NullMarked
package dev.etcdbackup.directory;

import org.jspecify.annotations.NullMarked;
