package dev.etcdbackup.benchmarks;

import java.util.Set;

/**
 * What is asked for.
 *
 * @param bytes the size of etcd's database, at least
 * @param values what it is filled with
 * @param pairs rounds of the batch
 * @param targets {@code rgw}, {@code s3proxy}, {@code directory}, {@code discard}
 * @param objects how many objects are listed
 * @param install whether missing packages may be installed
 */
record Settings(
    long bytes, Values values, int pairs, Set<String> targets, int objects, boolean install) {}
