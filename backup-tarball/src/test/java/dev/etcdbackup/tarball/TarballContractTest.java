package dev.etcdbackup.tarball;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.BackupEncodingContract;

/** The contract of encodings. */
class TarballContractTest extends BackupEncodingContract {
  @Override
  protected BackupEncoding encoding() {
    return new Tarball();
  }

  @Override
  protected BackupName name() {
    return BackupName.parse("etcd-backup-2020-01-30-20-44-41.tar.gz");
  }

  @Override
  protected int largeSize() {
    return 60 << 20; // what does not begin as a snapshot may have 64 MiB
  }
}
