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
 * A source without an etcd: each {@link #open()} streams bytes that the test gives it.
 *
 * <p>The bytes are proved like any other source's, so wrong ones end in a {@link
 * dev.etcdbackup.SourceException}. For a source that fails, stalls or cuts short, give it a stream
 * that does. Immutable and thread-safe, as far as the supplier is.
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
   * A source of one snapshot, at revision 1, of an etcd nobody knows.
   *
   * @param snapshot the whole of it, {@link TestSnapshots#bytes} say; not copied
   * @return the source
   */
  public static FixedSnapshotSource of(byte[] snapshot) {
    Objects.requireNonNull(snapshot, "snapshot");
    return of(() -> new ByteArrayInputStream(snapshot));
  }

  /**
   * A source of streams, at revision 1, of an etcd nobody knows.
   *
   * @param streams asked once in each {@link #open()}. Its streams are closed with their snapshots:
   *     from another thread, if need be, so a stream that blocks should end when it is closed
   * @return the source
   */
  public static FixedSnapshotSource of(Supplier<? extends InputStream> streams) {
    return new FixedSnapshotSource(
        new SnapshotInfo("fixed", 1, 0, 0, ""), OptionalLong.empty(), streams);
  }

  /**
   * The same source with other facts.
   *
   * @param info what its snapshots say of themselves before the first byte
   * @return the source
   */
  public FixedSnapshotSource withInfo(SnapshotInfo info) {
    return new FixedSnapshotSource(info, exactRevision, streams);
  }

  /**
   * The same source with an exact revision in its proofs. It is made up: the bytes are not asked.
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
