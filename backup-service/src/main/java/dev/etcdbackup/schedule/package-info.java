/**
 * Backups that take themselves: the scheduler, its lock, the guard against pushing good backups out
 * with bad ones, and what can be heard and seen of it all.
 */
@NullMarked
package dev.etcdbackup.schedule;

import org.jspecify.annotations.NullMarked;
