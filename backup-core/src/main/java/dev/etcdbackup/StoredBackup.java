package dev.etcdbackup;

import java.time.Instant;
import java.util.Objects;

/**
 * An object in a store, as the store lists it.
 *
 * <p>Immutable and thread-safe.
 *
 * @param key the key of the object
 * @param size the size in bytes, 0 or more
 * @param lastModified when the store received the object, by the store's clock. For people; never
 *     used for the order of backups or for retention, except of backups whose name has no time
 * @param version an opaque value that distinguishes this content from any other under the same key,
 *     for example an ETag; empty when the store has no such value
 */
public record StoredBackup(BackupKey key, long size, Instant lastModified, String version) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException when the size is negative
   */
  public StoredBackup {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(lastModified, "lastModified");
    Objects.requireNonNull(version, "version");
    if (size < 0) {
      throw new IllegalArgumentException("size must be 0 or more, not " + size);
    }
  }

  /**
   * Returns whether {@link BackupStore#list} lists this object. Every store applies this rule.
   *
   * <p>Backups are listed by their project, or with those of all projects. These objects are never
   * backups and are left out:
   *
   * <ul>
   *   <li>objects below {@value BackupKey#RESERVED}, at the root or in a project, where this
   *       library keeps objects that are not backups. Those of a project are listed by {@code
   *       PROJECT/.etcd-backup};
   *   <li>directory markers: empty objects whose key ends in a slash;
   *   <li>files of file systems and their tools, recognised by a {@linkplain
   *       BackupKey#isLeftByFileSystems segment of the key}.
   * </ul>
   *
   * @param project the argument of {@link BackupStore#list}
   * @return true if the object is listed
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
