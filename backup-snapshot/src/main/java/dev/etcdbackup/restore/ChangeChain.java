package dev.etcdbackup.restore;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.changes.ChangesFile;
import dev.etcdbackup.changes.ChangesHeader;
import dev.etcdbackup.name.BackupKind;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The objects of changes after a backup, in order. One continues another when it names it by its
 * SHA-256, or when both hold the same events of the same revisions, as they do when two recorders
 * ran. For one thread; holds two objects in memory, a third for a moment.
 */
final class ChangeChain {
  private final BackupStore store;
  private final BackupEncodings encodings;
  private final List<Backup> changes; // oldest first
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
    this.reached = base.time().orElse(base.stored().lastModified());
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
    for (Backup one : changes) {
      if (first(one) <= wanted && to(one) >= wanted) {
        Optional<ChangesFile> file = read(one, link);
        if (file.isPresent()) {
          reached = one.time().orElseThrow();
          last = Optional.of(file.get().header());
          problem = Optional.empty();
          return file;
        }
      }
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

  /** Why {@link #next} found nothing although something was recorded later. */
  Optional<String> problem() {
    return problem;
  }

  private Optional<ChangesFile> read(Backup one, ChainLink link) throws IOException {
    ChangesFile file;
    try {
      file = ChangesFile.read(one, store, encodings);
    } catch (CorruptBackupException e) {
      report("damaged changes: " + e.getMessage());
      return Optional.empty();
    }
    if (last.isPresent() && last.get().clusterId() != file.header().clusterId()) {
      report(one.key() + " is of another cluster");
    } else if (link.isNamedBy(file.header()) || link.overlaps(file) || isBridged(link, file)) {
      return Optional.of(file);
    } else {
      report(one.key() + " does not continue what is before it");
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
