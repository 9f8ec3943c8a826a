package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.service.BackupService;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;

/** The objects that all runs of a scheduler share. */
record SchedulerContext(
    BackupService service,
    InstantSource clock,
    BackupLock lock,
    AnomalyGuard guard,
    FailureLog failures,
    Function<String, Optional<Instant>> recordedTo,
    Listeners listeners) {}
