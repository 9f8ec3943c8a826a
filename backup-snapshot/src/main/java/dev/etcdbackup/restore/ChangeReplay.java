package dev.etcdbackup.restore;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.changes.ChangesCursor;
import dev.etcdbackup.changes.ChangesFile;
import dev.etcdbackup.snapshot.BucketVisitor;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import dev.etcdbackup.snapshot.VerifyOptions;
import dev.etcdbackup.snapshot.VerifyReport;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The changes that were recorded after a backup, up to a revision or a time, to be added to it by
 * {@link DataDirRestore#restore(dev.etcdbackup.snapshot.EtcdSnapshot, java.nio.file.Path,
 * ChangeReplay)} or {@link Consolidation}.
 *
 * <p>Immutable and thread-safe; each use reads the store.
 */
public final class ChangeReplay {
  private final BackupStore store;
  private final BackupEncodings encodings;
  private final List<Backup> listing;
  private final Backup base;
  private final PointInTime until;
  private final boolean asFarAsPossible;

  private ChangeReplay(
      BackupStore store,
      BackupEncodings encodings,
      List<Backup> listing,
      Backup base,
      PointInTime until,
      boolean asFarAsPossible) {
    this.store = Objects.requireNonNull(store, "store");
    this.encodings = Objects.requireNonNull(encodings, "encodings");
    this.listing = List.copyOf(listing);
    this.base = Objects.requireNonNull(base, "base");
    this.until = Objects.requireNonNull(until, "until");
    this.asFarAsPossible = asFarAsPossible;
  }

  /**
   * The changes after a backup. Reads nothing yet.
   *
   * @param store where the changes are stored
   * @param encodings those that their names ask for
   * @param listing the project of the backup, complete
   * @param base the backup
   * @param until up to where
   * @return the changes
   */
  public static ChangeReplay of(
      BackupStore store,
      BackupEncodings encodings,
      List<Backup> listing,
      Backup base,
      PointInTime until) {
    return new ChangeReplay(store, encodings, listing, base, until, false);
  }

  /**
   * The same, but where the chain is broken, or ends before the wanted revision, it is used up to
   * there. By default that is refused.
   *
   * @return the changes
   */
  public ChangeReplay asFarAsPossible() {
    return new ChangeReplay(store, encodings, listing, base, until, true);
  }

  /**
   * Verifies a backup to the last page and entry, and the changes after it: their SHA-256, that
   * every revision is there, and that each object continues what is before it. Writes nothing, and
   * so compares nothing with the live cluster.
   *
   * <p>Blocks. The backup is read as by {@link EtcdSnapshot#verify()}, and once more for its
   * SHA-256 when an object of changes names what it follows by that; each object of changes is read
   * once, or twice where several continue each other. Takes the memory of {@link
   * EtcdSnapshot#verify()} and that of three objects of changes.
   *
   * @param snapshot the backup; not closed
   * @return how far they go
   * @throws CorruptBackupException when the backup is damaged, or the changes do not reach the
   *     wanted point and may not end earlier
   * @throws IllegalArgumentException when the wanted revision is less than that of the backup
   * @throws IOException when something cannot be read
   */
  public Reached verify(EtcdSnapshot snapshot) throws IOException {
    long compacted = snapshot.metadata().compactRevision();
    AppendedChanges appended = new AppendedChanges(snapshot, compacted, this);
    BucketVisitor.Entries ignored = (array, keyOffset, keyLength, valueLength) -> {};
    VerifyReport report =
        snapshot.verify(
            VerifyOptions.DEFAULT, name -> name.equals("key") ? appended::event : ignored);
    if (!report.ok()) {
      throw new CorruptBackupException("the backup is corrupt: " + report.problems().get(0));
    }
    return appended.verifyEvents();
  }

  /** Takes the events, in order. */
  @FunctionalInterface
  interface Sink {
    /** Takes one; the cursor stands at it. */
    void event(ChangesCursor event) throws IOException;
  }

  /** The result of a replay. */
  record Result(Reached reached, Map<Long, Lease> leases) {}

  /**
   * Hands out the events after the base.
   *
   * @throws CorruptBackupException when the chain does not reach the wanted point, unless it may
   *     end earlier
   */
  Result run(ChainLink.Base snapshot, Sink sink) throws IOException {
    long at = snapshot.to();
    OptionalLong wanted = until.revision();
    if (wanted.isPresent() && wanted.getAsLong() < at) {
      throw new IllegalArgumentException(
          "to-revision must be " + at + " or more with this backup, not " + wanted.getAsLong());
    }
    ChangeChain chain = new ChangeChain(store, encodings, listing, base);
    ChainLink link = snapshot;
    Optional<Instant> time = Optional.empty();
    Optional<HashKv> hash = Optional.empty();
    Map<Long, Lease> leases = new LinkedHashMap<>();
    List<Lease> before = List.of();
    int objects = 0;
    long events = 0;
    boolean done = wanted.isPresent() && wanted.getAsLong() == at;
    while (!done) {
      Optional<ChangesFile> next = chain.next(link);
      if (next.isEmpty()) {
        break;
      }
      ChangesFile file = next.get();
      ChangesCursor cursor = file.cursor();
      long counted = events;
      while (cursor.next()) {
        if (cursor.revision() <= link.to()) {
          continue; // held by what is before it, with the same events
        }
        if (cursor.revision() > at && until.isBefore(cursor.revision(), cursor.time())) {
          done = true;
          break;
        }
        at = cursor.revision();
        time = cursor.time();
        sink.event(cursor);
        events++;
      }
      if (events > counted) {
        objects++;
        leases.clear();
        before.forEach(lease -> leases.put(lease.id(), lease));
        file.header().leases().forEach(lease -> leases.merge(lease.id(), lease, this::known));
        before = file.header().leases();
      }
      Optional<HashKv> recorded = file.header().hash();
      hash = recorded.isPresent() && recorded.get().revision() <= at ? recorded : hash;
      done |= wanted.isPresent() && wanted.getAsLong() == at;
      link = new ChainLink.Changes(file);
    }
    Optional<String> problem = done ? Optional.empty() : shortfall(chain, at, time);
    if (problem.isPresent() && !asFarAsPossible) {
      throw new CorruptBackupException(problem.get());
    }
    return new Result(new Reached(at, time, objects, events, hash, problem), leases);
  }

  /** Why the chain ends before the wanted point; empty when it need not go on. */
  private Optional<String> shortfall(ChangeChain chain, long at, Optional<Instant> time) {
    String end =
        "the changes after "
            + base.key()
            + " are good up to revision "
            + at
            + time.map(it -> " of " + it).orElse("");
    if (chain.problem().isPresent()) {
      return Optional.of(end + ", " + until + " is not reached: " + chain.problem().get());
    }
    if (until.revision().isPresent()) {
      return Optional.of(end + ", " + until + " was not recorded");
    }
    return until.isLatest()
        ? Optional.empty()
        : laterBackup(at, time)
            .map(
                later ->
                    end
                        + ", "
                        + until
                        + " is not reached: the revisions from "
                        + (at + 1)
                        + " on were not recorded, and "
                        + later.key()
                        + " has some of them");
  }

  /**
   * The next backup after what was recorded last, when its name says that there were revisions in
   * between. That of a cluster which was restored has fewer.
   */
  private Optional<Backup> laterBackup(long at, Optional<Instant> last) {
    Instant reached = last.or(base::time).orElse(base.stored().lastModified());
    return listing.stream()
        .filter(one -> one.kind().hasSeries() && one.name().revision().isPresent())
        .filter(one -> one.time().filter(it -> it.isAfter(reached)).isPresent())
        .min(Backup.OLDEST_FIRST)
        .filter(one -> one.name().revision().getAsLong() > at);
  }

  private Lease known(Lease before, Lease now) {
    return now.ttlSeconds() == 0 ? before : now;
  }
}
