package dev.etcdbackup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredBackupTest {
  @ParameterizedTest
  @CsvSource({
    "p/a, p, true",
    "p/a, '', true",
    "p/a, q, false",
    "p-2/a, p, false",
    "a, '', true",
    "a, a, false",
    ".etcd-backup/tmp/put-1.part, '', false",
    ".etcd-backup/tmp/put-1.part, .etcd-backup, false",
    "p/.etcd-backup/periodic/x/cluster_1, p, false",
    "p/.etcd-backup/periodic/x/cluster_1, '', false",
    "p/.etcd-backup/periodic/x/cluster_1, p/.etcd-backup, true",
    "p/.etcd-backup/periodic/x/cluster_1, q/.etcd-backup, false",
    "p/.etcd-backup/periodic/x/cluster_1, p/.etcd-backup/periodic, false",
    "p/sub/.etcd-backup/x, p/sub/.etcd-backup, false",
    "p/sub/.etcd-backup/x, p, true",
    "p/.etcd-backups, p, true",
    "p/.nfs000000000000002a00000001, p, false",
    "p/.nfs-share, p, true",
    "p/.fuse_hidden0000000300000001, '', false",
    ".DS_Store, '', false",
    "p/sub/.DS_Store, p, false",
    ".snapshot/hourly/p/a, '', false",
    "p/.snapshots/1/a, p, false",
    "p/~snapshot/a, p, false",
    ".zfs/snapshot/s/p/a, '', false",
    "p/my.snapshot, p, true"
  })
  void whatIsABackupIsDecidedHere(String key, String project, boolean listed) {
    assertThat(stored(key, 10).isListedIn(project)).isEqualTo(listed);
  }

  @ParameterizedTest
  @CsvSource({"p/, 0, false", "p/sub/, 0, false", "p/sub/, 1, true", "p/empty, 0, true"})
  void anEmptyObjectWhoseKeyEndsInASlashIsADirectoryMarker(String key, long size, boolean listed) {
    assertThat(stored(key, size).isListedIn("p")).isEqualTo(listed);
    assertThat(stored(key, size).isListedIn("")).isEqualTo(listed);
  }

  private static StoredBackup stored(String key, long size) {
    return new StoredBackup(BackupKey.parse(key), size, Instant.EPOCH, "");
  }
}
