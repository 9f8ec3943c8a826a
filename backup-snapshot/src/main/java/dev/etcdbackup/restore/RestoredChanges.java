package dev.etcdbackup.restore;

/**
 * A member whose data directory was restored from a backup and the changes behind it.
 *
 * @param member the member
 * @param reached up to where it was restored
 */
public record RestoredChanges(RestoredMember member, Reached reached) {}
