package dev.etcdbackup.zstd;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.BackupEncodingContract;

/** The contract of encodings. */
class ZstandardContractTest extends BackupEncodingContract {
  @Override
  protected BackupEncoding encoding() {
    return new Zstandard();
  }

  @Override
  protected BackupName name() {
    return Samples.NAME;
  }
}
