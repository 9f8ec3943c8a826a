package dev.etcdbackup.operator;

import dev.etcdbackup.schedule.ClusterStatus;
import dev.etcdbackup.schedule.FailedRun;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The conditions of a schedule. The time of a condition is kept while its state stays the same. */
final class Conditions {
  static final String READY = "Ready";
  static final String SUCCEEDED = "LastBackupSucceeded";
  static final String FRESH = "BackupFresh";

  private final List<Condition> before;
  private final @Nullable Long generation;
  private final String now;
  private final List<Condition> made = new ArrayList<>();

  Conditions(List<Condition> before, @Nullable Long generation, InstantSource clock) {
    this.before = before;
    this.generation = generation;
    this.now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Those of a schedule that runs. */
  List<Condition> scheduled(Progress progress) {
    add(READY, "True", "Scheduled", "");
    if (progress.failure().isPresent()) {
      FailedRun failure = progress.failure().get();
      String reason = failure.reason().toString();
      add(
          SUCCEEDED,
          "False",
          reason.substring(0, 1).toUpperCase(Locale.ROOT) + reason.substring(1) + "Failed",
          failure.message());
    } else if (progress.last().isPresent()) {
      add(SUCCEEDED, "True", "Stored", progress.last().get().key().toString());
    } else {
      keep(SUCCEEDED, "NoRunYet");
    }
    fresh(progress.cluster());
    return made;
  }

  /** Those of one that does not run. */
  List<Condition> notScheduled(String reason, String message) {
    add(READY, "False", reason, message);
    keep(SUCCEEDED, "NoRunYet");
    add(FRESH, "Unknown", reason, "");
    return made;
  }

  private void fresh(Optional<ClusterStatus> cluster) {
    if (cluster.isEmpty()) {
      add(FRESH, "Unknown", "Unknown", "");
      return;
    }
    ClusterStatus status = cluster.get();
    Optional<Instant> newest = status.newest();
    String message =
        newest.map(time -> "the newest backup is of " + time).orElse("there is no backup");
    switch (status.state()) {
      case FRESH -> add(FRESH, "True", "Fresh", message);
      case STALE -> add(FRESH, "False", "Stale", message);
      case MISSING -> add(FRESH, "False", "Missing", message);
      case YOUNG -> add(FRESH, "Unknown", "Young", message);
      default -> add(FRESH, "Unknown", "Unknown", "");
    }
  }

  private void keep(String type, String reason) {
    Optional<Condition> old = find(type);
    if (old.isPresent()) {
      made.add(old.get());
    } else {
      add(type, "Unknown", reason, "");
    }
  }

  private Optional<Condition> find(String type) {
    return before.stream().filter(one -> type.equals(one.getType())).findFirst();
  }

  private void add(String type, String status, String reason, String message) {
    String since =
        find(type)
            .filter(old -> status.equals(old.getStatus()))
            .map(Condition::getLastTransitionTime)
            .orElse(now);
    made.add(
        new ConditionBuilder()
            .withType(type)
            .withStatus(status)
            .withReason(reason)
            .withMessage(message)
            .withLastTransitionTime(since)
            .withObservedGeneration(generation)
            .build());
  }
}
