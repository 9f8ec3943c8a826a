/** A backup store whose backups are plain files in a directory. */
@NullMarked
package dev.etcdbackup.directory;

import org.jspecify.annotations.NullMarked;
