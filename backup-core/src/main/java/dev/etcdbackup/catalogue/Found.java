package dev.etcdbackup.catalogue;

import dev.etcdbackup.catalogue.ForeignBackup.Role;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a format read from a key.
 *
 * @param role what the object is
 * @param time the time in the key; null when there is none
 * @param series the directory and the part of the name before the time, project included
 * @param group what the companions of this backup share with it
 * @param encodings what was done to the snapshot
 * @param revision the revision in the key; -1 when there is none
 */
record Found(
    Role role,
    @Nullable Instant time,
    String series,
    String group,
    List<String> encodings,
    long revision) {
  /** A snapshot without a revision in its name and without companions. */
  static Found snapshot(@Nullable Instant time, String series, List<String> encodings) {
    return new Found(Role.SNAPSHOT, time, series, "", encodings, -1);
  }

  /** The same as another object: a companion, an increment. */
  Found as(Role other) {
    return new Found(other, time, series, group, List.of(), revision);
  }

  Found inGroup(String of) {
    return new Found(role, time, series, of, encodings, revision);
  }

  Found atRevision(long at) {
    return new Found(role, time, series, group, encodings, at);
  }
}
