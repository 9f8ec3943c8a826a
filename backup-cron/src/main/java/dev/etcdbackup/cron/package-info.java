/** Cron expressions as schedules. */
@NullMarked
package dev.etcdbackup.cron;

import org.jspecify.annotations.NullMarked;
