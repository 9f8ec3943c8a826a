package dev.etcdbackup.snapshot;

import java.util.Optional;

/**
 * A put or a deletion of a key.
 *
 * @param revision the revision in which it happened
 * @param put the key and its value from then on; empty for a deletion
 */
public record KeyRevision(long revision, Optional<KeyValue> put) {}
