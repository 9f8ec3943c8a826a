package dev.etcdbackup.restore;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.changes.ChangesFile;
import dev.etcdbackup.changes.ChangesHeader;
import dev.etcdbackup.name.BackupKind;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The objects of changes after a backup, in order. One continues another when it names it by its
 * SHA-256, or when both hold the same events of the same revisions, as they do when two recorders
 * ran. For one thread; holds two objects in memory, a third for a moment.
 *
 * <p>A cluster that was restored from a backup has its revisions a second time, with other events.
 * The changes of its first life share the last revision of a backup of the second one, and would
 * continue it. So an object that names the backup comes before others, one that was stored before
 * the backup was taken is not used after it unless it names it, and it is no problem that such an
 * object does not continue the chain.
 */
final class ChangeChain {
  /** By how much the clocks of a recorder and of what takes backups may differ. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private final BackupStore store;
  private final BackupEncodings encodings;
  private final List<Backup> changes; // oldest first
  private final Instant taken; // when the backup was
  private Instant reached; // when what was used last was written
  private Optional<ChangesHeader> last = Optional.empty();
  private Optional<String> problem = Optional.empty();

  /**
   * @param listing the project, of which the changes are used
   * @param base the backup on which the chain is
   */
  ChangeChain(BackupStore store, BackupEncodings encodings, List<Backup> listing, Backup base) {
    this.store = store;
    this.encodings = encodings;
    this.changes =
        listing.stream()
            .filter(one -> one.kind() == BackupKind.CHANGES)
            .sorted(Backup.OLDEST_FIRST)
            .toList();
    this.taken = base.time().orElse(base.stored().lastModified());
    this.reached = taken;
  }

  /**
   * Finds what continues a link.
   *
   * @return the object; empty at the end, for which {@link #problem} may have a reason
   * @throws IOException when an object cannot be read; a damaged one is a problem instead
   */
  Optional<ChangesFile> next(ChainLink link) throws IOException {
    long wanted = link.to() + 1;
    problem = Optional.empty();
    List<Backup> candidates =
        changes.stream().filter(one -> first(one) <= wanted && to(one) >= wanted).toList();
    if (link instanceof ChainLink.Base) {
      Optional<ChangesFile> named = firstOf(candidates, link, this::isNamed);
      if (named.isPresent()) {
        return named;
      }
      problem = Optional.empty();
      candidates = candidates.stream().filter(this::mayBeAfterBase).toList();
    }
    Optional<ChangesFile> next = firstOf(candidates, link, this::continues);
    if (next.isPresent()) {
      return next;
    }
    if (problem.isEmpty()) {
      changes.stream()
          .filter(one -> first(one) > wanted && !one.time().orElseThrow().isBefore(reached))
          .mapToLong(ChangeChain::first)
          .min()
          .ifPresent(
              first -> report("the revisions " + wanted + " to " + (first - 1) + " are missing"));
    }
    return Optional.empty();
  }

  /** Whether an object can continue a link. */
  @FunctionalInterface
  private interface Continuation {
    boolean test(ChainLink link, ChangesFile file) throws IOException;
  }

  private Optional<ChangesFile> firstOf(
      List<Backup> candidates, ChainLink link, Continuation continuation) throws IOException {
    for (Backup one : candidates) {
      Optional<ChangesFile> file = read(one, link, continuation);
      if (file.isPresent()) {
        reached = one.time().orElseThrow();
        last = Optional.of(file.get().header());
        problem = Optional.empty();
        return file;
      }
    }
    return Optional.empty();
  }

  private boolean isNamed(ChainLink link, ChangesFile file) throws IOException {
    return link.isNamedBy(file.header());
  }

  private boolean continues(ChainLink link, ChangesFile file) throws IOException {
    return link.isNamedBy(file.header()) || link.overlaps(file) || isBridged(link, file);
  }

  private boolean mayBeAfterBase(Backup one) {
    return !one.time().orElseThrow().isBefore(taken.minus(CLOCK_SKEW));
  }

  /** Why {@link #next} found nothing although something was recorded later. */
  Optional<String> problem() {
    return problem;
  }

  private Optional<ChangesFile> read(Backup one, ChainLink link, Continuation continuation)
      throws IOException {
    ChangesFile file;
    try {
      file = ChangesFile.read(one, store, encodings);
    } catch (CorruptBackupException e) {
      report("damaged changes: " + e.getMessage());
      return Optional.empty();
    }
    boolean sameCluster = last.isEmpty() || last.get().clusterId() == file.header().clusterId();
    if (sameCluster && continuation.test(link, file)) {
      return Optional.of(file);
    }
    if (mayBeAfterBase(one)) {
      report(
          one.key()
              + (sameCluster ? " does not continue what is before it" : " is of another cluster"));
    }
    return Optional.empty();
  }

  /** Whether the object that this one names ends with the same revisions as the link does. */
  private boolean isBridged(ChainLink link, ChangesFile file) throws IOException {
    if (file.header().from() != link.to() + 1) {
      return false;
    }
    for (Backup one : changes) {
      if (to(one) == link.to()) {
        try {
          ChangesFile bridge = ChangesFile.read(one, store, encodings);
          if (bridge.sha256().equals(file.header().predecessorSha256()) && link.overlaps(bridge)) {
            return true;
          }
        } catch (CorruptBackupException damaged) {
          // another one may be whole
        }
      }
    }
    return false;
  }

  private void report(String reason) {
    if (problem.isEmpty()) {
      problem = Optional.of(reason);
    }
  }

  private static long first(Backup one) {
    return one.name().firstRevision().orElseThrow();
  }

  private static long to(Backup one) {
    return one.name().revision().orElseThrow();
  }
}
