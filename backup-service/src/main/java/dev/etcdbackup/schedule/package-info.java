/**
 * Scheduled backups: the scheduler, its schedules and clusters, the anomaly guard, listeners and
 * status.
 */
@NullMarked
package dev.etcdbackup.schedule;

import org.jspecify.annotations.NullMarked;
