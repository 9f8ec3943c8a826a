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
 * A source without an etcd that goes wrong as told: each {@link #open()} is a call of {@link
 * Operation#SNAPSHOT}, its bytes are those of the snapshot.
 *
 * <p>A cut, a reset or a half-closed connection ends the stream with a failure, garbage comes
 * before that, and a stall lasts until the fault is ended, the snapshot is closed or the thread is
 * interrupted. A fault that refuses makes {@link #open()} throw, this time and each further time
 * until it is ended. What was corrupted is found by the proof, as with any source. Thread-safe, as
 * far as the supplier is.
 */
public final class FaultySnapshotSource implements SnapshotSource {
  private final Supplier<? extends InputStream> streams;
  private final List<Fault> faults;

  private FaultySnapshotSource(Supplier<? extends InputStream> streams, List<Fault> faults) {
    this.streams = streams;
    this.faults = faults;
    for (Fault fault : faults) {
      if (fault.operation() != Operation.SNAPSHOT || fault.kind().needsRequests()) {
        throw new IllegalArgumentException("a source cannot play: " + fault);
      }
    }
  }

  /**
   * A source of one snapshot, at revision 1, of an etcd nobody knows.
   *
   * @param snapshot the whole of it, {@link dev.etcdbackup.testkit.TestSnapshots#bytes} say; not
   *     copied
   * @param faults what goes wrong; of several that a call fits, the one given first strikes
   * @return the source
   * @throws IllegalArgumentException when a fault cannot strike here
   */
  public static FaultySnapshotSource of(byte[] snapshot, Fault... faults) {
    Objects.requireNonNull(snapshot, "snapshot");
    return of(() -> new ByteArrayInputStream(snapshot), faults);
  }

  /**
   * A source of streams, at revision 1, of an etcd nobody knows.
   *
   * @param streams asked once in each {@link #open()}; its streams are closed with their snapshots
   * @param faults what goes wrong; of several that a call fits, the one given first strikes
   * @return the source
   * @throws IllegalArgumentException when a fault cannot strike here
   */
  public static FaultySnapshotSource of(Supplier<? extends InputStream> streams, Fault... faults) {
    return new FaultySnapshotSource(Objects.requireNonNull(streams, "streams"), List.of(faults));
  }

  @Override
  public Snapshot open() throws SourceException {
    for (Fault refusing : faults) {
      if (refusing.kind() == Effect.Kind.REFUSE && refusing.fired() > 0 && !refusing.hasEnded()) {
        throw new SourceException("the source was struck by " + refusing);
      }
    }
    Fault strikes = null;
    for (Fault fault : faults) {
      if (fault.takes(Operation.SNAPSHOT, "") && strikes == null) {
        strikes = fault;
      }
    }
    if (strikes != null && strikes.kind() == Effect.Kind.REFUSE) {
      strikes.fire();
      throw new SourceException("the source was struck by " + strikes);
    }
    FaultyTransfer passage = new FaultyTransfer(strikes);
    return FixedSnapshotSource.of(
            () ->
                new FaultyInputStream(
                    streams.get(), passage, why -> new IOException("struck by " + why)))
        .open();
  }
}
