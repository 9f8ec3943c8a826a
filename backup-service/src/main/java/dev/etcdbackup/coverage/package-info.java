/**
 * Coverage: whether each configured project has a recent backup, and which projects in the store
 * are not configured.
 */
@NullMarked
package dev.etcdbackup.coverage;

import org.jspecify.annotations.NullMarked;
