package dev.etcdbackup.name;

/** The kind of a backup, which follows from its name alone. */
public enum BackupKind {
  /**
   * {@code PREFIX_vREVISION_yyyy-MM-dd-HH:mm:ss}, possibly with {@code .zst}, {@code .gpg} or
   * {@code .zst.gpg} appended: the names of the etcd operator's scheduled backups.
   */
  PERIODIC,
  /** {@code etcd-backup-yyyy-MM-dd-HH-mm-ss.tar.gz}, or the same with {@code .gpg} appended. */
  TARBALL,
  /**
   * {@code etcd.changes_vFROM-vTO_yyyy-MM-dd-HH:mm:ss}, possibly with {@code .zst}, {@code .gpg} or
   * {@code .zst.gpg} appended: the events of the revisions FROM to TO. Together with a backup that
   * ends at or before FROM they give every state in between. Never counted as a backup by itself.
   */
  CHANGES,
  /**
   * Any other name: a backup named by hand, by another tool, or in an unknown format. Listed, never
   * pruned.
   */
  OTHER;

  /**
   * Returns whether a backup of this kind holds a whole snapshot and belongs to a series, and so
   * counts for retention, coverage and the search for the newest backup.
   *
   * @return true for {@link #PERIODIC} and {@link #TARBALL}
   */
  public boolean hasSeries() {
    return this == PERIODIC || this == TARBALL;
  }
}
