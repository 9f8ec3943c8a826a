/** The names of backups that other tools write. */
@NullMarked
package dev.etcdbackup.catalogue;

import org.jspecify.annotations.NullMarked;
