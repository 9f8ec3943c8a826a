package dev.etcdbackup.openpgp;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.BackupEncodingContract;

/** The contract of encodings. */
class OpenPgpContractTest extends BackupEncodingContract {
  private final OpenPgpEncoding encoding = TestKeys.encoding();

  @Override
  protected BackupEncoding encoding() {
    return encoding;
  }

  @Override
  protected BackupName name() {
    return TestKeys.NAME;
  }
}
