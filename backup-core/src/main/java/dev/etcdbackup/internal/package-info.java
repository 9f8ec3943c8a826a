/**
 * What several modules of this library share and nobody else may use: files that appear whole,
 * calls that can be interrupted, the first page of a database, durations as text.
 *
 * <p>Not public API. Anything here changes or disappears in any release.
 */
@NullMarked
package dev.etcdbackup.internal;

import org.jspecify.annotations.NullMarked;
