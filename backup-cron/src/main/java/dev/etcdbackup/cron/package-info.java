/** Schedules that are given by cron expressions. */
@NullMarked
package dev.etcdbackup.cron;

import org.jspecify.annotations.NullMarked;
