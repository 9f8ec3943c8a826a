package dev.etcdbackup;

import java.time.Instant;
import java.util.Objects;

/**
 * One object of a store, as the store saw it.
 *
 * <p>Immutable and thread-safe.
 *
 * @param key its key
 * @param size its size in bytes, 0 or more
 * @param lastModified when the store received it, by the store's clock: for people to read, never
 *     for order or retention
 * @param version what tells this content from any other under the same key: an ETag, say. Opaque;
 *     empty when the store has nothing to tell them apart by
 */
public record StoredBackup(BackupKey key, long size, Instant lastModified, String version) {
  /** Checks the values. */
  public StoredBackup {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(lastModified, "lastModified");
    Objects.requireNonNull(version, "version");
    if (size < 0) {
      throw new IllegalArgumentException("size must be 0 or more, not " + size);
    }
  }

  /**
   * Whether {@link BackupStore#list} shows this object: the one rule that every store applies.
   *
   * <p>Backups are listed by their project or with all others. These are never backups and are not
   * listed so:
   *
   * <ul>
   *   <li>what lies below {@value BackupKey#RESERVED}, at the root or in a project, where this
   *       library keeps what is not a backup. Of a project it is listed by {@code
   *       PROJECT/.etcd-backup};
   *   <li>directory markers: empty objects whose key ends in a slash;
   *   <li>what file systems and their tools leave, recognised by a {@linkplain
   *       BackupKey#isLeftByFileSystems segment of the key}.
   * </ul>
   *
   * @param project the argument of the listing
   * @return true if the object belongs into it
   */
  public boolean isListedIn(String project) {
    if (key.isLeftByFileSystems() || (size == 0 && key.toString().endsWith("/"))) {
      return false;
    }
    if (project.endsWith('/' + BackupKey.RESERVED)) {
      return project.indexOf('/') == project.lastIndexOf('/')
          && key.toString().startsWith(project + '/');
    }
    return !key.isReserved() && (project.isEmpty() || key.project().equals(project));
  }
}
