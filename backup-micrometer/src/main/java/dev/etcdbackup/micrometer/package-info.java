/** Micrometer metrics of a scheduler. */
@NullMarked
package dev.etcdbackup.micrometer;

import org.jspecify.annotations.NullMarked;
