/**
 * Code that the modules of this library share and that is not exported to applications: files that
 * are written atomically, calls that can be interrupted, the first page of a database, durations as
 * text.
 *
 * <p>Not public API. It may change or be removed in any release.
 */
@NullMarked
package dev.etcdbackup.internal;

import org.jspecify.annotations.NullMarked;
