package dev.etcdbackup.restore;

/**
 * A member whose data directory was restored from a backup and the changes after it.
 *
 * @param member the member
 * @param reached how far it was restored
 */
public record RestoredChanges(RestoredMember member, Reached reached) {}
