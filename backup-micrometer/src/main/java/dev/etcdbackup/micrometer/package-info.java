/** The scheduler's work as Micrometer metrics. */
@NullMarked
package dev.etcdbackup.micrometer;

import org.jspecify.annotations.NullMarked;
