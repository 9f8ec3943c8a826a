/**
 * The pages of a bbolt database, read and checked, and written; knows nothing of etcd.
 *
 * <p>Format: {@code bbolt/internal/common} ({@code page.go}, {@code meta.go}, {@code bucket.go})
 * and {@code bbolt/node.go}, which packs keys and values without gaps; integers are little-endian.
 */
@NullMarked
package dev.etcdbackup.snapshot.bbolt;

import org.jspecify.annotations.NullMarked;
