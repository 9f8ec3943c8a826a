package dev.etcdbackup.s3;

import java.time.Instant;

/** Until when nobody may delete an object, and how strictly. */
record Retention(ObjectLock mode, Instant until) {}
