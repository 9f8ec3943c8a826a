/**
 * What to do when a cluster is lost: the plan, offered to whoever decides, and its steps in order.
 */
@NullMarked
package dev.etcdbackup.recovery;

import org.jspecify.annotations.NullMarked;
