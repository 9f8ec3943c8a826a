package dev.etcdbackup.snapshot;

import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.internal.Sha256;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The history of one key, combined from snapshots of a cluster at different times, each of which
 * holds the changes since its last compaction.
 *
 * <p>For one thread. Holds some 150 bytes for each put and deletion.
 */
public final class KeyTimeline {
  private final byte[] key;
  private final Set<String> seen = new HashSet<>();
  private Optional<Instant> before = Optional.empty();
  private Optional<KeyValue> state = Optional.empty();
  private final List<Taken> taken = new ArrayList<>(); // since the revision went back
  private long revision;

  /** A snapshot: its last revision, when it was taken, and when the one before it was. */
  private record Taken(long latest, Optional<Instant> after, Instant at) {}

  /**
   * Begins a timeline.
   *
   * @param key the key
   */
  public KeyTimeline(byte[] key) {
    this.key = key.clone();
  }

  /**
   * A change of the key.
   *
   * @param after when it had not happened yet: when the snapshot before {@code before} was taken;
   *     empty for the first snapshot
   * @param before when it had happened: when the first snapshot was taken whose last revision is
   *     not before it. That snapshot need not show it: the member may have compacted it already,
   *     while the member of a later snapshot had not
   * @param revision the revision in which it happened; empty for a deletion that was compacted away
   * @param put the key and its value from then on; empty for a deletion
   * @param missed how many puts before it no snapshot shows, as far as versions tell; deletions and
   *     what was before them are not counted
   * @param otherHistory whether it is the first change after the revision went back: the cluster
   *     was restored or replaced
   */
  public record Change(
      Optional<Instant> after,
      Instant before,
      Optional<Long> revision,
      Optional<KeyValue> put,
      long missed,
      boolean otherHistory) {}

  /**
   * Takes the next snapshot.
   *
   * @param taken when it was taken; not before the one added last
   * @param snapshot the snapshot
   * @return the changes that it shows and the ones before did not, the oldest first
   * @throws CorruptBackupException when the snapshot is damaged; it is passed over then
   * @throws IOException when it cannot be read
   */
  public List<Change> add(Instant taken, EtcdSnapshot snapshot) throws IOException {
    List<KeyRevision> history = snapshot.history(key);
    SnapshotMetadata metadata = snapshot.metadata();
    long latest = Math.max(metadata.revision(), metadata.compactRevision());
    boolean other = latest < revision;
    if (other) {
      this.taken.clear();
    }
    this.taken.add(new Taken(latest, before, taken));
    List<Change> changes = new ArrayList<>();
    Optional<KeyValue> previous = state;
    for (KeyRevision event : history) {
      if (seen.add(identity(event))) {
        Taken first = first(event.revision());
        changes.add(
            new Change(
                first.after(),
                first.at(),
                Optional.of(event.revision()),
                event.put(),
                missed(previous, event.put()),
                other && changes.isEmpty()));
      }
      previous = event.put();
    }
    if (history.isEmpty() && state.isPresent()) { // deleted, and the deletion compacted away
      changes.add(new Change(before, taken, Optional.empty(), Optional.empty(), 0, other));
      previous = Optional.empty();
    }
    state = previous;
    revision = latest;
    before = Optional.of(taken);
    return changes;
  }

  /** The first snapshot that was taken at this revision or later. */
  private Taken first(long changed) {
    return taken.stream()
        .filter(one -> one.latest() >= changed)
        .findFirst()
        .orElse(taken.get(taken.size() - 1));
  }

  private static long missed(Optional<KeyValue> previous, Optional<KeyValue> put) {
    if (put.isEmpty()) {
      return 0;
    }
    boolean same =
        previous.isPresent() && previous.get().createRevision() == put.get().createRevision();
    long known = same ? previous.orElseThrow().version() : 0;
    return Math.max(put.get().version() - known - 1, 0);
  }

  /** What distinguishes an event from that of another history with the same revision. */
  private static String identity(KeyRevision event) {
    return event.revision()
        + event
            .put()
            .map(
                put ->
                    " "
                        + put.createRevision()
                        + " "
                        + put.version()
                        + " "
                        + Sha256.hex(put.value()))
            .orElse(" deleted");
  }
}
