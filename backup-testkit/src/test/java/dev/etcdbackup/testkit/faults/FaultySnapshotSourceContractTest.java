package dev.etcdbackup.testkit.faults;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.testkit.SnapshotSourceContract;
import dev.etcdbackup.testkit.TestSnapshots;

/** Where nothing goes wrong it is a source like any other. */
class FaultySnapshotSourceContractTest extends SnapshotSourceContract {
  @Override
  protected SnapshotSource newSource() {
    return FaultySnapshotSource.of(TestSnapshots.bytes(1, 500));
  }
}
