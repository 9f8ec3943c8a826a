/**
 * Which backups to keep: policies, the plans they make, and the built-in tiers.
 *
 * <p>Nothing here reads a clock, touches a store or deletes: a plan is computed from a list and a
 * time, and can be shown before anyone acts on it.
 */
@NullMarked
package dev.etcdbackup.retention;

import org.jspecify.annotations.NullMarked;
