/** The two name formats of a backup and the order of backups; knows nothing but time. */
@NullMarked
package dev.etcdbackup.name;

import org.jspecify.annotations.NullMarked;
