package dev.etcdbackup.name;

/** What a backup is, read from its name alone. */
public enum BackupKind {
  /**
   * {@code PREFIX_vREVISION_yyyy-MM-dd-HH:mm:ss}, possibly with {@code .zst}, {@code .gpg} or
   * {@code .zst.gpg} appended: the scheduled form of the etcd operator.
   */
  PERIODIC,
  /** {@code etcd-backup-yyyy-MM-dd-HH-mm-ss.tar.gz}, or the same with {@code .gpg} appended. */
  TARBALL,
  /** Everything else: manual, foreign, not understood. Listed, never pruned. */
  OTHER
}
