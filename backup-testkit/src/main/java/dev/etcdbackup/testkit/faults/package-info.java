/**
 * Things that go wrong, on purpose: a script of faults, and a store, a source and a TCP proxy that
 * play it.
 */
@NullMarked
package dev.etcdbackup.testkit.faults;

import org.jspecify.annotations.NullMarked;
