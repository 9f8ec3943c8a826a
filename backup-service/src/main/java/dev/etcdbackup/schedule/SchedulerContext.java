package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.service.BackupService;
import java.time.InstantSource;

/** The objects that all runs of a scheduler share. */
record SchedulerContext(
    BackupService service,
    InstantSource clock,
    BackupLock lock,
    AnomalyGuard guard,
    FailureLog failures,
    Listeners listeners) {}
