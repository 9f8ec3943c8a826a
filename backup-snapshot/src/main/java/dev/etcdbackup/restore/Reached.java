package dev.etcdbackup.restore;

import dev.etcdbackup.snapshot.HashKv;
import java.time.Instant;
import java.util.Optional;

/**
 * How far a backup and the changes recorded after it were restored.
 *
 * <p>Immutable and thread-safe.
 *
 * @param revision the exact revision
 * @param time when that revision was received, or up to a second later; empty when it is that of
 *     the backup itself
 * @param objects how many objects of changes were used
 * @param events how many events were added to the backup
 * @param compared what the live cluster answered to HashKV at the last recorded answer up to this
 *     revision, with which the restored database was found equal; empty when there is none
 * @param problem why it ends before the point that was asked for; empty when it reaches it
 */
public record Reached(
    long revision,
    Optional<Instant> time,
    int objects,
    long events,
    Optional<HashKv> compared,
    Optional<String> problem) {}
