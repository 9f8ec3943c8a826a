package dev.etcdbackup.testkit.faults;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A snapshot source for tests that needs no etcd and injects faults: each {@link #open()} is a call
 * of {@link Operation#SNAPSHOT}, and its bytes are those of the snapshot.
 *
 * <p>A cut, a reset or a half-closed connection ends the stream with a failure, after the
 * meaningless bytes if there are any. A stall lasts until the fault is ended, the snapshot is
 * closed or the thread is interrupted. A fault that refuses connections makes {@link #open()} throw
 * until it is ended. Verification detects corrupted bytes, as with any source. Thread-safe when the
 * supplier is.
 */
public final class FaultySnapshotSource implements SnapshotSource {
  private final Supplier<? extends InputStream> streams;
  private final List<Fault> faults;

  private FaultySnapshotSource(Supplier<? extends InputStream> streams, List<Fault> faults) {
    this.streams = streams;
    this.faults = faults;
    for (Fault fault : faults) {
      if (fault.operation() != Operation.SNAPSHOT || fault.kind().needsRequests()) {
        throw new IllegalArgumentException("a source cannot inject: " + fault);
      }
    }
  }

  /**
   * Returns a source of one snapshot, at revision 1, of an unknown cluster.
   *
   * @param snapshot the complete snapshot, for example {@link
   *     dev.etcdbackup.testkit.TestSnapshots#bytes}; not copied
   * @param faults the faults; when several match a call, the first one is injected
   * @return the source
   * @throws IllegalArgumentException when a fault cannot be injected by a source
   */
  public static FaultySnapshotSource of(byte[] snapshot, Fault... faults) {
    Objects.requireNonNull(snapshot, "snapshot");
    return of(() -> new ByteArrayInputStream(snapshot), faults);
  }

  /**
   * Returns a source of streams, at revision 1, of an unknown cluster.
   *
   * @param streams called once in each {@link #open()}; closing a snapshot closes its stream
   * @param faults the faults; when several match a call, the first one is injected
   * @return the source
   * @throws IllegalArgumentException when a fault cannot be injected by a source
   */
  public static FaultySnapshotSource of(Supplier<? extends InputStream> streams, Fault... faults) {
    return new FaultySnapshotSource(Objects.requireNonNull(streams, "streams"), List.of(faults));
  }

  @Override
  public Snapshot open() throws SourceException {
    for (Fault refusing : faults) {
      if (refusing.kind() == Effect.Kind.REFUSE && refusing.fired() > 0 && !refusing.hasEnded()) {
        throw new SourceException("injected fault: " + refusing);
      }
    }
    Fault fault = null;
    for (Fault next : faults) {
      if (next.takes(Operation.SNAPSHOT, "") && fault == null) {
        fault = next;
      }
    }
    if (fault != null && fault.kind() == Effect.Kind.REFUSE) {
      fault.fire();
      throw new SourceException("injected fault: " + fault);
    }
    FaultyTransfer transfer = new FaultyTransfer(fault);
    return FixedSnapshotSource.of(
            () ->
                new FaultyInputStream(
                    streams.get(), transfer, why -> new IOException("injected fault: " + why)))
        .open();
  }
}
