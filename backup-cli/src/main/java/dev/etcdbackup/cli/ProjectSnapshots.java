package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.internal.Counted;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.StoredSnapshot;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The backups of a project, opened one after the other. */
final class ProjectSnapshots {
  private final EtcdBackupCommand root;
  private final BackupStore store;
  private final BackupEncodings encodings;
  private final ReadOptions.Builder options;
  private boolean skipped;
  private int listed;
  private int opened;

  ProjectSnapshots(EtcdBackupCommand root, BackupStore store) throws UsageException {
    this.root = root;
    this.store = store;
    this.encodings = root.encoding.reading();
    this.options =
        ReadOptions.builder(encodings, OperandReader.temporaryDirectory())
            .timeout(root.timeout())
            .unpacking(root.encoding.unpacking());
  }

  /** What is done with an open backup. */
  @FunctionalInterface
  interface Work<T> {
    T run(EtcdSnapshot snapshot) throws IOException;
  }

  /** The backups with a time in their names, the oldest first. */
  List<Backup> oldestFirst(String project) throws UsageException, BackupException {
    List<Backup> backups =
        root.service(store).listReadable(project, this::incomplete).stream()
            .filter(backup -> backup.kind() != BackupKind.CHANGES && backup.time().isPresent())
            .sorted(Backup.OLDEST_FIRST)
            .toList();
    listed = backups.size();
    warnOfClockSkew(backups);
    return backups;
  }

  /** Their place in the order is wrong: they come after backups that were taken later. */
  private void warnOfClockSkew(List<Backup> backups) {
    Instant now = root.clock().instant();
    List<Backup> ahead = backups.stream().filter(one -> one.isDatedAhead(now)).toList();
    if (!ahead.isEmpty()) {
      root.warn(
          Counted.of(ahead.size(), "backup")
              + " dated more than an hour ahead of the clock, the first of them "
              + ahead.get(0).key());
    }
  }

  /** When a backup was begun. */
  static Instant time(Backup backup) {
    return backup.time().orElseThrow();
  }

  /**
   * Opens a backup. One that cannot be read with the keys given, or is damaged, is warned of and
   * passed over.
   */
  <T> Optional<T> read(Backup backup, ReadOptions.Extent extent, Work<T> work) throws IOException {
    Optional<String> missing = encodings.missing(backup.name());
    if (missing.isPresent()) {
      return skip(backup, missing.get());
    }
    try (ProgressLine progress = root.progress(label(backup));
        StoredSnapshot stored =
            StoredSnapshot.open(
                backup,
                store,
                options
                    .extent(extent)
                    .progress(progress::moved)
                    .passProgress(progress::moved)
                    .build())) {
      return Optional.of(work.run(stored.snapshot()));
    } catch (CorruptBackupException e) {
      return skip(backup, String.valueOf(e.getMessage()));
    }
  }

  /** Which backup is read, of how many. */
  private String label(Backup backup) {
    opened++;
    return backup.key().project() + " " + opened + " of at most " + Math.max(opened, listed);
  }

  private <T> Optional<T> skip(Backup backup, String reason) {
    root.warn("skipped " + backup.key() + ": " + reason);
    skipped = true;
    return Optional.empty();
  }

  private void incomplete(IncompleteListingException e) {
    root.warnIncomplete(e);
    skipped = true;
  }

  /** The exit code of a command that found what it looked for; backups may have been skipped. */
  int found() {
    return skipped ? ExitCode.CORRUPT : ExitCode.DONE;
  }

  /**
   * Says that nothing was found, unless the reason may be in a backup that was skipped.
   *
   * @param nothing what was not found where there are backups
   */
  int notFound(String project, String nothing) {
    if (skipped) {
      return ExitCode.CORRUPT;
    }
    String message =
        listed == 0 ? "there is no backup of " + project + " with a time in its name" : nothing;
    return root.failures().report(message, ExitCode.NO);
  }
}
