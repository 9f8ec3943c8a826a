package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.TestSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A cluster of a virtual world: it may be slow, dead, wiped, and remembers when it was asked. */
final class VirtualSource implements SnapshotSource {
  private static final byte[] SMALL = TestSnapshots.bytes(1, 3);

  private final VirtualSchedulerRuntime runtime;
  final List<Instant> opened = new ArrayList<>();
  Duration takes = Duration.ZERO;
  boolean dead;
  long revision = 1;
  long clusterId;
  byte[] bytes = SMALL;

  VirtualSource(VirtualSchedulerRuntime runtime) {
    this.runtime = runtime;
  }

  @Override
  public Snapshot open() throws BackupException {
    opened.add(runtime.now());
    runtime.takes(takes);
    if (dead) {
      throw new SourceException("the cluster is dead");
    }
    SnapshotInfo info = new SnapshotInfo("virtual", revision++, clusterId, 0, "3.5.0");
    return FixedSnapshotSource.of(bytes).withInfo(info).open();
  }
}
