package dev.etcdbackup.schedule;

import java.time.Instant;
import java.util.Optional;

/** A schedule without any point. */
enum Never implements Schedule {
  NEVER;

  @Override
  public Optional<Instant> next(Instant after) {
    return Optional.empty();
  }

  @Override
  public String toString() {
    return "never";
  }
}
