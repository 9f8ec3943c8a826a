package dev.etcdbackup.restore;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.SnapshotMetadata;
import dev.etcdbackup.snapshot.StoredSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Chooses the backup after which changes are replayed to reach a point in time.
 *
 * <p>Immutable and thread-safe.
 */
public final class BaseChoice {
  private final BackupStore store;
  private final BackupEncodings encodings;
  private final ReadOptions options;

  /**
   * Creates a choice.
   *
   * @param store where the backups are
   * @param encodings those of backups that count
   * @param options how to read them; a few pages of each candidate are read, or all of it where its
   *     encodings allow nothing else
   */
  public BaseChoice(BackupStore store, BackupEncodings encodings, ReadOptions options) {
    this.store = store;
    this.encodings = encodings;
    this.options = options;
  }

  /**
   * Chooses. For a time it is the newest backup taken then or before; for a revision the newest one
   * that ends there or before and from which the names of the changes lead to it without a gap, or
   * the one from which they lead farthest.
   *
   * @param listing the project, complete; for a time that may be in the future, {@link
   *     PointInTime#latest} among them, without the backups that are {@linkplain
   *     Backup#isDatedAhead dated ahead}
   * @param until the point
   * @return the backup; empty when there is none from which the point could be reached
   * @throws StoreException when a backup cannot be read
   */
  public Optional<Backup> choose(List<Backup> listing, PointInTime until) throws StoreException {
    List<Backup> newestFirst =
        listing.stream()
            .filter(one -> one.kind().hasSeries())
            .filter(one -> encodings.missing(one.name()).isEmpty())
            .filter(one -> mayBeBefore(one, until))
            .sorted(Backup.OLDEST_FIRST.reversed())
            .toList();
    OptionalLong wanted = until.revision();
    if (wanted.isEmpty()) {
      return newestFirst.stream().findFirst();
    }
    Optional<Backup> best = Optional.empty();
    long farthest = 0;
    for (Backup one : newestFirst) {
      OptionalLong exact = revision(one);
      if (exact.isEmpty() || exact.getAsLong() > wanted.getAsLong()) {
        continue;
      }
      long reach = reach(exact.getAsLong(), listing);
      if (reach >= wanted.getAsLong()) {
        return Optional.of(one);
      }
      if (reach > farthest) {
        farthest = reach;
        best = Optional.of(one);
      }
    }
    return best;
  }

  private static boolean mayBeBefore(Backup one, PointInTime until) {
    Optional<Instant> time = until.time();
    if (time.isPresent()) {
      return one.time().filter(it -> !it.isAfter(time.get())).isPresent();
    }
    // The revision in a name is a lower bound of the exact one.
    return one.name().revision().orElse(0) <= until.revision().orElseThrow();
  }

  /** The exact revision; empty when the backup is damaged. */
  private OptionalLong revision(Backup one) throws StoreException {
    try (StoredSnapshot stored = StoredSnapshot.open(one, store, options)) {
      SnapshotMetadata metadata = stored.snapshot().metadata();
      return OptionalLong.of(
          Math.max(Math.max(metadata.revision(), metadata.compactRevision()), 1));
    } catch (CorruptBackupException e) {
      return OptionalLong.empty();
    } catch (StoreException e) {
      throw e;
    } catch (IOException e) {
      throw new StoreException(one.key() + " cannot be read: " + FailureText.of(e), e);
    }
  }

  /** How far the names of changes lead without a gap. */
  private static long reach(long from, List<Backup> listing) {
    List<Backup> changes =
        listing.stream()
            .filter(one -> one.kind() == BackupKind.CHANGES)
            .sorted(Comparator.comparingLong(one -> one.name().firstRevision().orElseThrow()))
            .toList();
    long reach = from;
    for (Backup one : changes) {
      if (one.name().firstRevision().orElseThrow() <= reach + 1) {
        reach = Math.max(reach, one.name().revision().orElseThrow());
      }
    }
    return reach;
  }
}
