package dev.etcdbackup.s3;

import java.time.Instant;

/** Until when an object may not be deleted, and how strictly. */
record Retention(ObjectLock mode, Instant until) {}
