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
   * Any other name: a backup named by hand, by another tool, or in an unknown format. Listed, never
   * pruned.
   */
  OTHER
}
