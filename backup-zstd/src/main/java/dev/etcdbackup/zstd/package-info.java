/** Backups compressed with zstd, which can be read from any position. */
@NullMarked
package dev.etcdbackup.zstd;

import org.jspecify.annotations.NullMarked;
