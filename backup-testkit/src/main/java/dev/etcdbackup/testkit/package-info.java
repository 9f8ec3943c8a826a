/**
 * What tests of backups need: the contracts that every store and source keeps, fakes that keep them
 * in memory, made-up snapshots of any size, and servers to run against.
 */
@NullMarked
package dev.etcdbackup.testkit;

import org.jspecify.annotations.NullMarked;
