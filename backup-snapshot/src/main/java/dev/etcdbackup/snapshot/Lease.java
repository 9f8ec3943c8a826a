package dev.etcdbackup.snapshot;

/**
 * A lease.
 *
 * @param id its id
 * @param ttlSeconds the time to live that was granted, in seconds
 * @param remainingSeconds what was left at the last checkpoint, in seconds; 0 when there was none
 */
public record Lease(long id, long ttlSeconds, long remainingSeconds) {}
