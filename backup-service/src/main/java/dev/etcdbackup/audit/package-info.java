/**
 * The audit of a store: the backups of all tools in it, which of them open and verify, and the
 * problems. An audit reads and never writes.
 */
@NullMarked
package dev.etcdbackup.audit;

import org.jspecify.annotations.NullMarked;
