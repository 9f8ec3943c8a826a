package dev.etcdbackup.testkit;

import dev.etcdbackup.SnapshotSource;

class FixedSnapshotSourceContractTest extends SnapshotSourceContract {
  @Override
  protected SnapshotSource newSource() {
    return FixedSnapshotSource.of(TestSnapshots.bytes(1, 500));
  }
}
