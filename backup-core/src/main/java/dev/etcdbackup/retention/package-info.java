/**
 * Retention: policies that select the backups to keep, and the plans they make.
 *
 * <p>This package reads no clock, accesses no store and deletes nothing: a plan is computed from a
 * list and a time, and can be shown before it is executed.
 */
@NullMarked
package dev.etcdbackup.retention;

import org.jspecify.annotations.NullMarked;
