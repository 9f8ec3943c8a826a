package com.example.operator;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import java.io.IOException;
import java.time.InstantSource;

/** What an operator does about backups: one each night, kept as long as its policy says. */
final class InventoryBackups {
  static final String PROJECT = "inventory";

  private final BackupService backups;
  private final RetentionPolicy policy;

  InventoryBackups(BackupStore store, RetentionPolicy policy, InstantSource clock) {
    this.backups = BackupService.builder(store).clock(clock).build();
    this.policy = policy;
  }

  BackupResult nightly(SnapshotSource etcd) throws IOException {
    BackupResult taken = backups.backUp(PROJECT, etcd);
    backups.pruneAfter(taken, policy);
    return taken;
  }
}
