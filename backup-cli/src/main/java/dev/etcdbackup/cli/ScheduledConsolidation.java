package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.internal.FailureText;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.restore.ChangeReplay;
import dev.etcdbackup.restore.Consolidation;
import dev.etcdbackup.restore.PointInTime;
import dev.etcdbackup.restore.Reached;
import dev.etcdbackup.service.BackupRequest;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.snapshot.FileSnapshotSource;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.StoredSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Makes a full backup of the newest backup and the changes after it, without asking etcd, whenever
 * the newest one is old enough. Nothing but the store is remembered, so it goes on after a restart
 * and any other backup counts as well. One thread, which begins with {@link #start}.
 */
final class ScheduledConsolidation implements AutoCloseable {
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);
  private static final long PATIENCE_SECONDS = 10;

  private final BackupStore store;
  private final BackupLock lock;
  private final InstantSource clock;
  private final RunLog log;
  private final ChangeMetrics metrics;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(work -> new Thread(work, "consolidation"));

  /**
   * @param store where backups and changes are listed, and where the full backups are stored
   * @param lock keeps other replicas from the same project
   */
  ScheduledConsolidation(
      BackupStore store, BackupLock lock, InstantSource clock, RunLog log, ChangeMetrics metrics) {
    this.store = store;
    this.lock = lock;
    this.clock = clock;
    this.log = log;
    this.metrics = metrics;
  }

  /**
   * A project whose changes are consolidated.
   *
   * @param every how old the newest backup may become
   * @param source opens the backups and changes; refuses them when they are not signed and the new
   *     one will be, so that a signature is never put on what someone else wrote
   * @param encodings read the backups and write the new one
   * @param naming names the new one
   * @param timeout how long reading or storing one may take
   */
  record Project(
      String name,
      Duration every,
      BackupStore source,
      BackupEncodings encodings,
      NamingStrategy naming,
      Duration timeout) {}

  /** Begins. */
  void start(List<Project> projects) {
    for (Project project : projects) {
      Duration tenth = project.every().dividedBy(10);
      long wait = (tenth.compareTo(LONGEST_WAIT) < 0 ? tenth : LONGEST_WAIT).toMillis();
      var unused =
          thread.scheduleWithFixedDelay(
              () -> consolidate(project), wait, wait, TimeUnit.MILLISECONDS);
    }
  }

  /** Consolidates if it is time. Whatever fails is reported and tried again. */
  private void consolidate(Project project) {
    try {
      Optional<BackupResult> stored = consolidateIfDue(project);
      stored.ifPresent(
          one -> {
            metrics.consolidated(project.name());
            log.line("consolidated", project.name(), one.key() + ", without asking etcd");
          });
    } catch (IOException | RuntimeException | Error e) { // or else it would not be called again
      metrics.failed(project.name());
      log.line("failed", project.name(), "consolidating changes: " + FailureText.of(e));
    }
  }

  /**
   * Consolidates when the newest backup is old enough, there are changes after it, and no other
   * process holds the lock.
   */
  Optional<BackupResult> consolidateIfDue(Project project) throws IOException {
    if (due(project, service(project, clock).list(project.name())).isEmpty()) {
      return Optional.empty();
    }
    Thread here = Thread.currentThread();
    Optional<BackupLock.Held> held = lock.tryAcquire(project.name(), here::interrupt);
    if (held.isEmpty()) {
      return Optional.empty();
    }
    try (BackupLock.Held holding = held.get()) {
      // Listed again: another process may have done it before the lock was acquired.
      List<Backup> listing = service(project, clock).list(project.name());
      Optional<Backup> base = due(project, listing);
      return base.isEmpty() ? Optional.empty() : consolidate(project, base.get(), listing, holding);
    }
  }

  /** The newest backup, if it is to be consolidated with the changes after it. */
  private Optional<Backup> due(Project project, List<Backup> listing) {
    Instant now = clock.instant();
    return listing.stream()
        .filter(one -> one.kind().hasSeries() && !one.isDatedAhead(now))
        .filter(one -> project.encodings().missing(one.name()).isEmpty())
        .max(Backup.OLDEST_FIRST)
        .filter(newest -> isDue(newest, listing, now.minus(project.every())));
  }

  private static boolean isDue(Backup newest, List<Backup> listing, Instant latest) {
    Instant taken = newest.time().orElseThrow();
    return !taken.isAfter(latest)
        && listing.stream()
            .filter(one -> one.kind() == BackupKind.CHANGES)
            .anyMatch(one -> one.time().orElseThrow().isAfter(taken));
  }

  private Optional<BackupResult> consolidate(
      Project project, Backup base, List<Backup> listing, BackupLock.Held holding)
      throws IOException {
    Path directory = Files.createTempDirectory(OperandReader.temporaryDirectory(), "etcd-backup-");
    Path file = directory.resolve("consolidated.db");
    ReadOptions options =
        ReadOptions.builder(project.encodings(), directory).timeout(project.timeout()).build();
    try (StoredSnapshot snapshot = StoredSnapshot.open(base, project.source(), options)) {
      ChangeReplay changes =
          ChangeReplay.of(
              project.source(), project.encodings(), listing, base, PointInTime.latest());
      Reached reached = Consolidation.write(snapshot.snapshot(), changes, file);
      if (reached.time().isEmpty() || !holding.confirm()) {
        return Optional.empty();
      }
      return Optional.of(
          service(project, InstantSource.fixed(reached.time().get()))
              .backUp(
                  BackupRequest.builder(project.name(), FileSnapshotSource.of(file))
                      .naming(project.naming())
                      .beforeCommit(() -> requireHeld(project, holding))
                      .build()));
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    }
  }

  private static void requireHeld(Project project, BackupLock.Held holding) throws SourceException {
    if (!holding.confirm()) {
      throw new SourceException(
          "the lock of " + project.name() + " was lost before the commit; nothing was stored");
    }
  }

  private BackupService service(Project project, InstantSource dated) {
    return BackupService.builder(store)
        .encodings(project.encodings())
        .clock(dated)
        .timeout(project.timeout())
        .build();
  }

  /** Ends it; a backup that is not complete is not stored. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        log.line("failed", "", "consolidating changes does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
