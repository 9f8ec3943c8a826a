package dev.etcdbackup.benchmarks;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for.
 *
 * @param bytes the size of etcd's database, at least
 * @param storedBytes how much a step stores at most
 * @param values what it is filled with
 * @param pairs rounds of the batch
 * @param targets {@code rgw}, {@code s3proxy}, {@code directory}, {@code discard}
 * @param objects how many objects are listed
 * @param install whether missing packages may be installed
 * @param against the other version that is measured too; null when there is none
 */
record Settings(
    long bytes,
    long storedBytes,
    Values values,
    int pairs,
    Set<String> targets,
    int objects,
    boolean install,
    @Nullable OtherVersion against) {}
