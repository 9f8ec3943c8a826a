/**
 * The audit of a store: what is in it, whoever wrote it, which of it opens and verifies, and what
 * deserves attention. An audit reads and never writes.
 */
@NullMarked
package dev.etcdbackup.audit;

import org.jspecify.annotations.NullMarked;
