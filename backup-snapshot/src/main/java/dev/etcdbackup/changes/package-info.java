/** Changes recorded between backups: their format, and how they are joined to a backup. */
@NullMarked
package dev.etcdbackup.changes;

import org.jspecify.annotations.NullMarked;
