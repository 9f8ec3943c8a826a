package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotArchive;
import dev.etcdbackup.service.BackupProgress;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.CommitCheck;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/** What all runs of a scheduler share. */
record SchedulerContext(
    BackupStore store,
    @Nullable SnapshotArchive archive,
    InstantSource clock,
    ZoneId tarballZone,
    ThreadFactory threads,
    BackupLock lock,
    AnomalyGuard guard,
    Listeners listeners) {

  /** A service for looking at the store. */
  BackupService service() {
    return builder().build();
  }

  /** A service for one run. */
  BackupService service(Duration timeout, BackupProgress progress, CommitCheck beforeCommit) {
    return builder().timeout(timeout).progress(progress).beforeCommit(beforeCommit).build();
  }

  private BackupService.Builder builder() {
    BackupService.Builder builder =
        BackupService.builder(store).clock(clock).tarballZone(tarballZone).threads(threads);
    return archive == null ? builder : builder.archive(archive);
  }
}
