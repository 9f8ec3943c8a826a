package dev.etcdbackup.recovery;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.service.NewestGood;
import dev.etcdbackup.service.NewestGoodRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans how a lost cluster comes back, and carries the plan out once it is approved.
 *
 * <p>A member that still answers comes first, or a copy of a member's data: it is newer than any
 * backup. It is stored as a backup {@code survivor_vREVISION_TIME} of the project before anything
 * else is done; these are a series of their own, so no policy for the others deletes them. Then
 * comes the newest backup that verifies, by {@link Backup#OLDEST_FIRST}; after the scheduled ones
 * those named by hand, by the time they were stored. A project that is not automated is rebuilt,
 * and so is one without a good backup.
 *
 * <p>Thread-safe. Calls block, and are ended by an interrupt as those of {@link BackupService} are.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final int MAX_UNREADABLE = 2;
  private static final NamingStrategy SURVIVOR = NamingStrategy.periodic("survivor");

  private final BackupService backups;
  private final InstantSource clock;

  /**
   * Creates it.
   *
   * @param backups the store's service; its verifier decides what is good
   * @param clock the clock by which the age of a backup is judged
   */
  public Recovery(BackupService backups, InstantSource clock) {
    this.backups = Objects.requireNonNull(backups, "backups");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Makes a plan. Opens a snapshot of each survivor and closes it again, lists the project, and
   * verifies its backups from the newest back to the first good one. One that the store does not
   * give out is passed over, two at most.
   *
   * @param cluster the cluster
   * @return the plan, to be shown to whoever decides
   * @throws StoreException when the store cannot be listed or does not give out three backups, or
   *     one when no other is good
   */
  public RecoveryPlan plan(LostCluster cluster) throws BackupException {
    List<RecoveryPlan.PassedOver> passedOver = new ArrayList<>();
    Optional<RecoveryPlan.Survivor> survivor = survivor(cluster, passedOver);
    Optional<Backup> backup = newestGood(cluster.project(), passedOver);
    Optional<Duration> age = backup.map(this::age);
    RecoveryPlan.Way way = way(cluster, survivor.isPresent(), backup.isPresent());
    List<String> doubts =
        switch (way) {
          case SURVIVOR -> doubts(survivor.orElseThrow(), backup);
          case BACKUP -> doubts(backup.orElseThrow(), age.orElseThrow(), cluster.freshFor());
          case REBUILD -> List.of();
        };
    return new RecoveryPlan(cluster, way, survivor, backup, age, doubts, passedOver);
  }

  private static List<String> doubts(Backup backup, Duration age, Duration freshFor) {
    List<String> doubts = new ArrayList<>();
    if (age.compareTo(freshFor) > 0) {
      doubts.add("the backup is older than " + RecoveryPlan.days(freshFor));
    }
    if (backup.kind() == BackupKind.OTHER) {
      doubts.add("the backup was named by hand, its age is that of the object");
    }
    return doubts;
  }

  /** Behind a backup is a member that was cut off long ago, or the cluster was restored since. */
  private static List<String> doubts(RecoveryPlan.Survivor survivor, Optional<Backup> backup) {
    long saved = backup.isEmpty() ? 0 : backup.get().name().revision().orElse(0);
    return survivor.info().revision() < saved
        ? List.of(
            "the survivor is at revision "
                + survivor.info().revision()
                + ", the backup at "
                + saved
                + " or later")
        : List.of();
  }

  private static RecoveryPlan.Way way(LostCluster cluster, boolean survivor, boolean backup) {
    if (survivor) {
      return RecoveryPlan.Way.SURVIVOR;
    }
    return backup && cluster.automated() ? RecoveryPlan.Way.BACKUP : RecoveryPlan.Way.REBUILD;
  }

  private static Optional<RecoveryPlan.Survivor> survivor(
      LostCluster cluster, List<RecoveryPlan.PassedOver> passedOver) {
    List<RecoveryPlan.Survivor> found = new ArrayList<>();
    for (SnapshotSource source : cluster.survivors()) {
      try (Snapshot snapshot = source.open()) {
        found.add(new RecoveryPlan.Survivor(source, snapshot.info()));
      } catch (BackupException e) {
        passedOver.add(
            new RecoveryPlan.PassedOver(source.toString(), String.valueOf(e.getMessage())));
      }
    }
    return found.stream().max(Comparator.comparingLong(one -> one.info().revision()));
  }

  /** A backup that cannot be read now is passed over, but never is a cluster rebuilt for that. */
  private Optional<Backup> newestGood(String project, List<RecoveryPlan.PassedOver> passedOver)
      throws BackupException {
    NewestGood found =
        backups.newestGood(
            NewestGoodRequest.builder(project).includeManual().unreadable(MAX_UNREADABLE).build());
    for (NewestGood.PassedOver one : found.passedOver()) {
      passedOver.add(
          new RecoveryPlan.PassedOver(one.backup().key().toString(), one.problems().get(0)));
    }
    return found.backup();
  }

  private Duration age(Backup backup) {
    Instant taken = backup.time().orElse(backup.stored().lastModified());
    return Duration.between(taken, clock.instant());
  }

  /**
   * Carries a plan out, in the order of {@link RecoveryStep}. Nothing of the cluster is touched
   * before what is to be restored is proved and on this machine, and the old data are discarded
   * last of all.
   *
   * @param plan the plan, made a short time ago
   * @param approval who wants it
   * @param operations what is done with the cluster
   * @param directory where the snapshot goes meanwhile; must exist, with room for it
   * @return the backup that was restored; empty when the cluster was rebuilt
   * @throws IllegalStateException when the plan needs confirmation and the approval is not to old
   *     data; nothing was done
   * @throws RecoveryFailedException when a step fails; later ones were not begun
   */
  public Optional<BackupKey> carryOut(
      RecoveryPlan plan, Approval approval, ClusterOperations operations, Path directory)
      throws IOException {
    if (plan.needsConfirmation() && !approval.toOldData()) {
      throw new IllegalStateException(
          "that needs Approval.evenToOldData(): " + String.join("; ", plan.doubts()));
    }
    String project = plan.cluster().project();
    LOG.warn("recovery of {} begins, as {} wants: {}", project, approval.by(), plan.lines());
    Steps steps = new Steps(project);
    Optional<BackupKey> key = Optional.empty();
    if (plan.survivor().isPresent()) {
      SnapshotSource source = plan.survivor().get().source();
      key = Optional.of(steps.call(RecoveryStep.SAVE_SURVIVOR, () -> save(project, source)));
    } else if (plan.way() == RecoveryPlan.Way.BACKUP) {
      key = plan.backup().map(Backup::key);
    }
    if (key.isPresent()) {
      restore(key.get(), operations, directory, steps);
    } else {
      rebuild(plan.cluster(), operations, steps);
    }
    steps.run(RecoveryStep.DISCARD_OLD, operations::discardOld);
    LOG.warn("recovery of {} is done", project);
    return key;
  }

  private BackupKey save(String project, SnapshotSource survivor) throws BackupException {
    BackupResult saved = backups.backUp(project, survivor, SURVIVOR);
    List<String> problems = backups.verify(saved.backup()).problems();
    if (!problems.isEmpty()) {
      throw new CorruptBackupException(
          "what the survivor gave is damaged, make another plan without it: " + problems.get(0));
    }
    return saved.key();
  }

  private void restore(BackupKey key, ClusterOperations operations, Path directory, Steps steps)
      throws IOException {
    Path temporary = Files.createTempDirectory(directory, "etcd-backup-");
    Path file = temporary.resolve("snapshot.db");
    try {
      steps.run(RecoveryStep.FETCH, () -> backups.download(key, file));
      steps.run(RecoveryStep.STOP_OLD, operations::stopOld);
      steps.run(RecoveryStep.START_NEW, () -> operations.startFrom(file));
      steps.run(RecoveryStep.AWAIT_HEALTHY, operations::awaitHealthy);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(temporary);
    }
  }

  private static void rebuild(LostCluster cluster, ClusterOperations operations, Steps steps)
      throws IOException {
    steps.run(RecoveryStep.STOP_OLD, operations::stopOld);
    steps.run(RecoveryStep.START_NEW, operations::startEmpty);
    steps.run(RecoveryStep.AWAIT_HEALTHY, operations::awaitHealthy);
    if (cluster.rediscovery().isPresent()) {
      DataRebuilder rediscovery = cluster.rediscovery().get();
      steps.run(RecoveryStep.REDISCOVER, () -> rediscovery.rediscover(cluster.project()));
    }
  }

  /** Runs steps and says which one failed. */
  private record Steps(String project) {
    interface Work {
      void run() throws IOException;
    }

    interface Call<T> {
      T run() throws IOException;
    }

    void run(RecoveryStep step, Work work) throws RecoveryFailedException {
      RecoveryStep unused =
          call(
              step,
              () -> {
                work.run();
                return step;
              });
    }

    <T> T call(RecoveryStep step, Call<T> call) throws RecoveryFailedException {
      LOG.info("recovery of {}: {}", project, step);
      try {
        return call.run();
      } catch (IOException e) {
        throw new RecoveryFailedException(project, step, e);
      }
    }
  }
}
