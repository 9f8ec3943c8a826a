package dev.etcdbackup.testkit;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A snapshot source for tests that needs no etcd: each {@link #open()} streams given bytes.
 *
 * <p>The bytes are verified like those of any other source, so wrong bytes cause a {@link
 * dev.etcdbackup.SourceException}. For a source that fails, stalls or ends early, supply a stream
 * that does so. Immutable; thread-safe when the supplier is.
 */
public final class FixedSnapshotSource implements SnapshotSource {
  private final SnapshotInfo info;
  private final OptionalLong exactRevision;
  private final Supplier<? extends InputStream> streams;

  private FixedSnapshotSource(
      SnapshotInfo info, OptionalLong exactRevision, Supplier<? extends InputStream> streams) {
    this.info = Objects.requireNonNull(info, "info");
    this.exactRevision = exactRevision;
    this.streams = Objects.requireNonNull(streams, "streams");
  }

  /**
   * Returns a source of one snapshot, at revision 1, of an unknown cluster.
   *
   * @param snapshot the complete snapshot, for example {@link TestSnapshots#bytes}; not copied
   * @return the source
   */
  public static FixedSnapshotSource of(byte[] snapshot) {
    Objects.requireNonNull(snapshot, "snapshot");
    return of(() -> new ByteArrayInputStream(snapshot));
  }

  /**
   * Returns a source of streams, at revision 1, of an unknown cluster.
   *
   * @param streams called once in each {@link #open()}. Closing a snapshot closes its stream,
   *     possibly from another thread, so a stream that blocks must end when it is closed
   * @return the source
   */
  public static FixedSnapshotSource of(Supplier<? extends InputStream> streams) {
    return new FixedSnapshotSource(
        new SnapshotInfo("fixed", 1, 0, 0, ""), OptionalLong.empty(), streams);
  }

  /**
   * Returns a source of the same bytes with other metadata.
   *
   * @param info the metadata of its snapshots
   * @return the source
   */
  public FixedSnapshotSource withInfo(SnapshotInfo info) {
    return new FixedSnapshotSource(info, exactRevision, streams);
  }

  /**
   * Returns a source of the same bytes whose digests have an exact revision. The revision is not
   * compared with the bytes.
   *
   * @param revision the revision
   * @return the source
   */
  public FixedSnapshotSource withExactRevision(long revision) {
    return new FixedSnapshotSource(info, OptionalLong.of(revision), streams);
  }

  @Override
  public Snapshot open() {
    return new FixedSnapshot(info, exactRevision, streams.get());
  }
}
