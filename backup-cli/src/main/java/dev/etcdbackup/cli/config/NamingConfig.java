package dev.etcdbackup.cli.config;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Series;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.service.NamingStrategy;
import java.time.Instant;
import java.util.Optional;

/**
 * How the scheduled backups of a cluster are packed and named.
 *
 * @param kind periodic, or tarball for {@code etcd-backup-TIME.tar.gz}
 * @param prefix the prefix of periodic names, {@code PREFIX_vREVISION_TIME}; empty for tarballs
 */
public record NamingConfig(BackupKind kind, String prefix) {
  /** The default: {@code etcd.backup_vREVISION_TIME}. */
  public static final NamingConfig DEFAULT = new NamingConfig(BackupKind.PERIODIC, "etcd.backup");

  /** Tarballs: {@code etcd-backup-TIME.tar.gz}. */
  public static final NamingConfig TARBALL = new NamingConfig(BackupKind.TARBALL, "");

  /**
   * Periodic names.
   *
   * @param project the project of the backups
   * @param prefix what the names begin with, one or more segments of a key
   * @return the naming
   * @throws IllegalArgumentException when such a name cannot be stored, or would be read as one of
   *     another series
   */
  public static NamingConfig periodic(String project, String prefix) {
    NamingStrategy strategy = NamingStrategy.periodic(prefix);
    BackupKey.of(project, BackupName.periodic(prefix, Long.MAX_VALUE, Instant.EPOCH).text());
    Series series = new Series(project, BackupKind.PERIODIC, prefix);
    if (!strategy.series(project).equals(Optional.of(series))) {
      throw new IllegalArgumentException(
          "names that begin with '" + prefix + "' are read as another kind of backup");
    }
    return new NamingConfig(BackupKind.PERIODIC, prefix);
  }

  /**
   * The same for the library.
   *
   * @return the naming strategy
   */
  public NamingStrategy strategy() {
    return kind == BackupKind.TARBALL ? NamingStrategy.tarball() : NamingStrategy.periodic(prefix);
  }

  /** The form of the names, {@code etcd.backup_vREVISION_TIME}. */
  @Override
  public String toString() {
    return kind == BackupKind.TARBALL ? "etcd-backup-TIME.tar.gz" : prefix + "_vREVISION_TIME";
  }
}
