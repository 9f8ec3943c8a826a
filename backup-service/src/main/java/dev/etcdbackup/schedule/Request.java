package dev.etcdbackup.schedule;

import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.NamingStrategy;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A run that somebody asked for.
 *
 * @param naming how to name the backup; empty for that of the cluster
 * @param answer what became of it
 */
record Request(Optional<NamingStrategy> naming, CompletableFuture<BackupResult> answer) {
  static Request scheduled() {
    return new Request(Optional.empty(), new CompletableFuture<>());
  }

  static Request named(NamingStrategy naming) {
    return new Request(Optional.of(naming), new CompletableFuture<>());
  }
}
