/**
 * The recovery of a lost cluster: a plan that a person or program approves, and its execution step
 * by step.
 */
@NullMarked
package dev.etcdbackup.recovery;

import org.jspecify.annotations.NullMarked;
