package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.service.BackupProgress;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.CommitCheck;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.concurrent.ThreadFactory;

/** What all runs of a scheduler share. */
record SchedulerContext(
    BackupStore store,
    BackupEncodings encodings,
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
    return BackupService.builder(store)
        .encodings(encodings)
        .clock(clock)
        .tarballZone(tarballZone)
        .threads(threads);
  }
}
