package dev.etcdbackup.snapshot.bbolt;

import java.util.Optional;

/**
 * What a bucket looks like from two paths through its tree, without reading all of it.
 *
 * @param depth how many levels its tree has; 1 when all pairs are on one page
 * @param leaves how many leaf pages there are, extrapolated from the middle of the tree
 * @param pairs how many pairs there are, extrapolated from the middle of the tree
 * @param exact whether both numbers are exact
 * @param lastKey the last of its keys, exactly; empty when it has none
 */
public record BucketShape(
    int depth, long leaves, long pairs, boolean exact, Optional<byte[]> lastKey) {}
