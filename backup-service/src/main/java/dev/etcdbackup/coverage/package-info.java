/**
 * Coverage: for each configured project whether it has a recent backup, and which projects of the
 * store are not configured.
 */
@NullMarked
package dev.etcdbackup.coverage;

import org.jspecify.annotations.NullMarked;
