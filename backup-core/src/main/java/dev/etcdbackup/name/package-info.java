/** The formats of backup names, and the order of backups by age. */
@NullMarked
package dev.etcdbackup.name;

import org.jspecify.annotations.NullMarked;
