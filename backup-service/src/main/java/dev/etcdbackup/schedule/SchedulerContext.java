package dev.etcdbackup.schedule;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.service.BackupService;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The objects that all runs of a scheduler share.
 *
 * @param clock the wall clock, which may be set at any moment
 * @param nanoTime the monotonic clock, by which it is measured how long something takes
 */
record SchedulerContext(
    BackupService service,
    InstantSource clock,
    LongSupplier nanoTime,
    BackupLock lock,
    AnomalyGuard guard,
    FailureLog failures,
    Function<String, Optional<Instant>> recordedTo,
    Listeners listeners) {}
