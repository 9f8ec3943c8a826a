/**
 * Fault injection for tests: scripted faults, and a store, a source and a TCP proxy that inject
 * them.
 */
@NullMarked
package dev.etcdbackup.testkit.faults;

import org.jspecify.annotations.NullMarked;
