package dev.etcdbackup.recovery;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.internal.FailureText;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans the recovery of a lost cluster, and executes the plan after it was approved.
 *
 * <p>A plan uses the first of these that is available:
 *
 * <ol>
 *   <li>a survivor, which is a member that still answers or a copy of a member's data, because it
 *       is usually newer than any backup. The one at the highest revision is stored under the name
 *       {@code survivor_vREVISION_TIME} before anything else is done. These backups are a series of
 *       their own, so pruning another series does not delete them;
 *   <li>for an automated project, the newest backup that passes verification. Backups with a time
 *       in their name come first, in the order of {@link Backup#OLDEST_FIRST}; then backups named
 *       by hand, in the order in which they were stored;
 *   <li>a rebuild of the data from their original sources.
 * </ol>
 *
 * <p>Thread-safe. Calls block; an interrupt ends the calls to the store and to sources as it ends
 * those of {@link BackupService}.
 */
public final class Recovery {
  private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
  private static final int MAX_UNREADABLE = 2;
  private static final NamingStrategy SURVIVOR = NamingStrategy.periodic("survivor");

  private final BackupService backups;
  private final InstantSource clock;

  /**
   * Creates a recovery for the backups of one store.
   *
   * @param backups the service of the store; its verifier decides which backups are good
   * @param clock the clock from which the age of a backup is computed
   */
  public Recovery(BackupService backups, InstantSource clock) {
    this.backups = Objects.requireNonNull(backups, "backups");
    this.clock = Objects.requireNonNull(clock, "clock");
  }

  /**
   * Makes a plan. Opens a snapshot of each survivor and closes it again, lists the project, and
   * verifies its backups from the newest back to the first good one. Skips at most two backups that
   * the store cannot read; the plan lists them. Changes nothing in the store or the cluster.
   *
   * <p>When the plan depends on a backup and the newest one is encrypted, its beginning is read
   * before anything is verified, so that a missing private key is reported at once.
   *
   * @param cluster the cluster to be recovered
   * @return the plan, to be shown to the person who approves it
   * @throws KeyUnavailableException when the plan depends on a backup, and no private key at hand
   *     decrypts the newest one, or none is good and one of them is encrypted to other keys; the
   *     message names the keys. An automated cluster is never rebuilt because a key was missing
   * @throws StoreException when the store cannot be listed, when it cannot read a third backup, or
   *     when it cannot read one and no other is good. A cluster is never rebuilt because the store
   *     was unreachable
   */
  public RecoveryPlan plan(LostCluster cluster) throws BackupException {
    List<RecoveryPlan.PassedOver> passedOver = new ArrayList<>();
    Optional<RecoveryPlan.Survivor> survivor = survivor(cluster, passedOver);
    boolean needsBackup = survivor.isEmpty() && cluster.automated();
    if (needsBackup) {
      requireKey(backups.latest(cluster.project()));
    }
    Optional<Backup> backup = newestGood(cluster.project(), needsBackup, passedOver);
    Optional<Recipients> recipients =
        backup.isPresent() ? backups.encryptedTo(backup.get()) : Optional.empty();
    Optional<Duration> age = backup.map(this::age);
    RecoveryPlan.Way way = way(cluster, survivor.isPresent(), backup.isPresent());
    List<String> reasons =
        switch (way) {
          case SURVIVOR -> reasonsToConfirm(survivor.orElseThrow(), backup);
          case BACKUP ->
              reasonsToConfirm(backup.orElseThrow(), age.orElseThrow(), cluster.freshFor());
          case REBUILD -> List.of();
        };
    return new RecoveryPlan(cluster, way, survivor, backup, recipients, age, reasons, passedOver);
  }

  /**
   * Throws when none of the given private keys decrypts a backup. One whose beginning cannot be
   * read is left to verification, which says why.
   */
  private void requireKey(Optional<Backup> backup) throws KeyUnavailableException {
    Optional<Recipients> recipients;
    try {
      recipients = backup.isPresent() ? backups.encryptedTo(backup.get()) : Optional.empty();
    } catch (BackupException unreadable) {
      return;
    }
    if (recipients.isPresent() && !recipients.get().readable()) {
      throw new KeyUnavailableException(
          backup.orElseThrow().key()
              + " is encrypted to "
              + recipients.get().text()
              + ", and none of their private keys was given; give one of these private keys");
    }
  }

  private static List<String> reasonsToConfirm(Backup backup, Duration age, Duration freshFor) {
    List<String> reasons = new ArrayList<>();
    if (age.compareTo(freshFor) > 0) {
      reasons.add("the backup is older than " + DurationText.format(freshFor));
    }
    if (backup.kind() == BackupKind.OTHER) {
      reasons.add("the name of the backup has no time; its age is counted from when it was stored");
    }
    return reasons;
  }

  /**
   * A survivor is at an older revision than a backup when the member was cut off before the backup
   * was taken, or when the cluster has been restored since.
   */
  private static List<String> reasonsToConfirm(
      RecoveryPlan.Survivor survivor, Optional<Backup> backup) {
    long inBackup = backup.isEmpty() ? 0 : backup.get().name().revision().orElse(0);
    return survivor.info().revision() < inBackup
        ? List.of(
            "the survivor is at revision "
                + survivor.info().revision()
                + ", the backup is at "
                + inBackup
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
      SnapshotInfo info;
      try (@Nullable Snapshot snapshot = source.open()) {
        if (snapshot == null) { // the source is the application's
          throw new SourceException("it opened no snapshot");
        }
        info = Objects.requireNonNull(snapshot.info(), "it returned null");
      } catch (BackupException | RuntimeException | LinkageError | StackOverflowError e) {
        passedOver.add(new RecoveryPlan.PassedOver(source.toString(), FailureText.of(e)));
        continue;
      }
      found.add(new RecoveryPlan.Survivor(source, info));
    }
    return found.stream().max(Comparator.comparingLong(each -> each.info().revision()));
  }

  /**
   * Returns the newest good backup. Skips a backup that cannot be read now, but throws rather than
   * returns empty when no other one is good, so that the cluster is not rebuilt for that reason.
   */
  private Optional<Backup> newestGood(
      String project, boolean needed, List<RecoveryPlan.PassedOver> passedOver)
      throws BackupException {
    List<NewestGood.PassedOver> bad = new ArrayList<>();
    Optional<Backup> good = Optional.empty();
    try {
      good =
          backups
              .newestGood(
                  NewestGoodRequest.builder(project)
                      .includeManual()
                      .unreadable(MAX_UNREADABLE)
                      .onPassedOver(bad::add)
                      .build())
              .backup();
    } catch (KeyUnavailableException e) {
      if (needed) {
        throw e;
      }
    }
    if (needed && good.isEmpty()) {
      for (NewestGood.PassedOver each : bad) {
        requireKey(Optional.of(each.backup()));
      }
    }
    for (NewestGood.PassedOver each : bad) {
      passedOver.add(
          new RecoveryPlan.PassedOver(each.backup().key().toString(), each.problems().get(0)));
    }
    return good;
  }

  private Duration age(Backup backup) {
    Instant taken = backup.time().orElse(backup.stored().lastModified());
    return Duration.between(taken, clock.instant());
  }

  /**
   * Executes a plan, in the order of {@link RecoveryStep}. Does not touch the cluster before the
   * snapshot to be restored is on this machine and verified, and discards the old data last.
   *
   * <p>Runs every step on the calling thread. Logs the start, each step and the end. Deletes the
   * downloaded snapshot before it returns or throws.
   *
   * @param plan a plan that was made recently
   * @param approval the approval of the plan
   * @param operations what the application does with the cluster
   * @param directory where the downloaded snapshot is kept meanwhile; must exist and have space for
   *     it
   * @return the key of the backup that was restored; empty when the cluster was rebuilt
   * @throws IllegalStateException when the plan needs confirmation and the approval does not cover
   *     that; nothing was done
   * @throws RecoveryFailedException when a step fails, whatever exception it threw; no later step
   *     was run
   * @throws IOException when the temporary file cannot be created, or cannot be deleted after the
   *     new cluster is healthy: then the old data were not discarded
   */
  public Optional<BackupKey> carryOut(
      RecoveryPlan plan, Approval approval, ClusterOperations operations, Path directory)
      throws IOException {
    if (plan.needsConfirmation() && !approval.toOldData()) {
      throw new IllegalStateException(
          "the plan needs confirmation by Approval.evenToOldData(): "
              + String.join("; ", plan.doubts()));
    }
    String project = plan.cluster().project();
    LOG.warn("recovery of {} started, approved by {}: {}", project, approval.by(), plan.lines());
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
    LOG.warn("recovery of {} completed", project);
    return key;
  }

  private BackupKey save(String project, SnapshotSource survivor) throws BackupException {
    BackupResult saved = backups.backUp(project, survivor, SURVIVOR);
    List<String> problems = backups.verify(saved.backup()).problems();
    if (!problems.isEmpty()) {
      throw new CorruptBackupException(
          "the snapshot of the survivor is corrupt: "
              + problems.get(0)
              + "; make a new plan without this survivor");
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
      steps.run(RecoveryStep.START_NEW, () -> operations.startFrom(key, file));
      steps.run(RecoveryStep.AWAIT_HEALTHY, operations::awaitHealthy);
    } catch (IOException | RuntimeException | Error e) {
      try {
        delete(file, temporary);
      } catch (IOException leftBehind) {
        e.addSuppressed(leftBehind);
      }
      throw e;
    }
    delete(file, temporary);
  }

  private static void delete(Path file, Path directory) throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(directory);
  }

  private static void rebuild(LostCluster cluster, ClusterOperations operations, Steps steps)
      throws IOException {
    steps.run(RecoveryStep.STOP_OLD, operations::stopOld);
    steps.run(RecoveryStep.START_NEW, operations::startEmpty);
    steps.run(RecoveryStep.AWAIT_HEALTHY, operations::awaitHealthy);
    if (cluster.rediscovery().isPresent()) {
      DataRebuilder rebuilder = cluster.rediscovery().get();
      steps.run(RecoveryStep.REDISCOVER, () -> rebuilder.rediscover(cluster.project()));
    }
  }

  /** Runs steps, logs each, and names the one that failed. */
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
      } catch (IOException | RuntimeException e) {
        throw new RecoveryFailedException(project, step, e);
      }
    }
  }
}
