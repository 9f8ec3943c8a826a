/** Backups as plain files under a folder. */
@NullMarked
package dev.etcdbackup.directory;

import org.jspecify.annotations.NullMarked;
