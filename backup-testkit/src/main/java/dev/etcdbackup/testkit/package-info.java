/**
 * Support for tests: the contracts of stores and sources as test classes, in-memory
 * implementations, generated snapshots of any size, and servers.
 */
@NullMarked
package dev.etcdbackup.testkit;

import org.jspecify.annotations.NullMarked;
