package dev.etcdbackup.schedule;

import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.NamingStrategy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A requested run.
 *
 * @param naming the naming of the backup; empty for that of the cluster
 * @param answer receives the result
 */
record Request(Optional<NamingStrategy> naming, CompletableFuture<BackupResult> answer) {
  static Request scheduled() {
    return new Request(Optional.empty(), new CompletableFuture<>());
  }

  static Request named(NamingStrategy naming) {
    return new Request(Optional.of(naming), new CompletableFuture<>());
  }
}
