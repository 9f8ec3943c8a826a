package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.recovery.Approval;
import dev.etcdbackup.recovery.ClusterOperations;
import dev.etcdbackup.snapshot.HashKv;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * The operations on a cluster that {@link dev.etcdbackup.recovery.Recovery} needs, on a
 * StatefulSet. They run the steps of a {@link StatefulSetRestore} and wait for each.
 *
 * <p>After the process was killed, call {@code Recovery.carryOut} again with a plan for the same
 * backup: the restore goes on from the state that was saved, unless that is at {@link
 * RestoreStep#DONE}: then it is complete, and another call restores again. After a step failed,
 * call {@link #retry} before, or {@link #rollBack} instead.
 *
 * <p>The old volumes are kept; {@link #discardOld} leaves them, unless {@link
 * Builder#deleteOldVolumes} is set.
 *
 * <p>For one thread. Asks the API every 2 seconds by default while it waits; an interrupt ends a
 * call with {@link InterruptedIOException}.
 */
public final class KubernetesClusterOperations implements ClusterOperations {
  private final StatefulSetRestore restore;
  private final Approval approval;
  private final RestoreProgress progress;
  private final Pause pause;
  private final boolean deletesOld;

  private KubernetesClusterOperations(Builder builder) {
    this.restore = builder.restore;
    this.approval = builder.approval;
    this.progress = builder.progress;
    this.pause = builder.pause;
    this.deletesOld = builder.deletesOld;
  }

  /** The time between two requests for the state of the cluster. */
  interface Pause {
    void await() throws InterruptedException;
  }

  /**
   * Begins with the defaults.
   *
   * @param restore the restore of the StatefulSet
   * @param approval who approved it
   * @param progress where its state is kept
   * @return the builder
   */
  public static Builder builder(
      StatefulSetRestore restore, Approval approval, RestoreProgress progress) {
    return new Builder(restore, approval, progress);
  }

  /**
   * Scales the StatefulSet down and waits until its pods are gone. Their volumes are kept. Begins a
   * restore when there is none that can be resumed.
   */
  @Override
  public void stopOld() throws IOException {
    Optional<RestoreState> saved = progress.load();
    if (saved.isEmpty() || saved.get().step().isLast()) {
      progress.save(restore.begin(approval.by()));
    }
    runUntil(RestoreStep.RESTORE_DATA);
  }

  /**
   * Throws, since the Jobs of a restore read the backup from its store: {@link
   * #startFrom(BackupKey, Path)} says which it is.
   *
   * @throws IOException always
   */
  @Override
  public void startFrom(Path snapshot) throws IOException {
    throw new IOException(
        "the key of the backup is needed to restore a StatefulSet; call startFrom(BackupKey, Path)");
  }

  /**
   * Restores the data of each member by a Job, takes the new volumes into use in place of the old
   * ones, and scales the StatefulSet up.
   *
   * @throws ClusterRestoreException also when the restore that is resumed is of another backup
   */
  @Override
  public void startFrom(BackupKey backup, Path snapshot) throws IOException {
    RestoreState state = current();
    if (state.step() == RestoreStep.RESTORE_DATA && state.backup().isEmpty()) {
      Optional<HashKv> hash = restore.hashOf(snapshot);
      progress.save(state.with(Optional.of(backup), hash));
    } else if (!state.backup().equals(Optional.of(backup))) {
      throw new ClusterRestoreException(
          state.step(),
          "restore "
              + state.id()
              + " is of "
              + state.backup().map(BackupKey::toString).orElse("no backup")
              + ", not of "
              + backup
              + "; finish it with that, or roll it back");
    }
    runUntil(RestoreStep.AWAIT_HEALTHY);
  }

  /** Takes the old volumes out of use and scales the StatefulSet up, which creates new ones. */
  @Override
  public void startEmpty() throws IOException {
    runUntil(RestoreStep.AWAIT_HEALTHY);
  }

  /**
   * Waits until all members accept writes, compares them with the backup, and restarts what depends
   * on the cluster.
   */
  @Override
  public void awaitHealthy() throws IOException {
    runUntil(RestoreStep.DONE);
  }

  /** Keeps the old volumes, or deletes them when {@link Builder#deleteOldVolumes} is set. */
  @Override
  public void discardOld() throws IOException {
    if (deletesOld) {
      restore.discardOld(current());
    }
  }

  /**
   * Lets the next call of {@code Recovery.carryOut} repeat the step that failed.
   *
   * @throws IOException when the state cannot be read or saved
   */
  public void retry() throws IOException {
    progress.save(current().retried(restore.now()));
  }

  /**
   * Takes the old volumes into use again and waits until the StatefulSet is scaled up.
   *
   * @throws IOException when that fails; call it again
   */
  public void rollBack() throws IOException {
    RestoreState state = current();
    if (state.step() != RestoreStep.ROLL_BACK) {
      progress.save(restore.rollBack(state));
    }
    runUntil(RestoreStep.ROLLED_BACK);
  }

  private RestoreState current() throws IOException {
    return progress.load().orElseThrow(() -> new IOException("no restore was begun"));
  }

  private void runUntil(RestoreStep wanted) throws IOException {
    RestoreState state = current();
    if (wanted != RestoreStep.ROLLED_BACK && state.step().compareTo(RestoreStep.DONE) > 0) {
      throw new ClusterRestoreException(
          state.step(), "restore " + state.id() + " is rolled back; call rollBack until it ends");
    }
    while (state.step().compareTo(wanted) < 0) {
      RestoreState next = restore.advance(state);
      boolean waits = next.step() == state.step();
      if (!next.equals(state)) {
        progress.save(next);
      }
      state = next;
      if (waits) {
        pause(state);
      }
    }
  }

  private void pause(RestoreState state) throws InterruptedIOException {
    try {
      pause.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + state.message());
    }
  }

  /** Settings of the operations. For one thread. */
  public static final class Builder {
    private final StatefulSetRestore restore;
    private final Approval approval;
    private final RestoreProgress progress;
    private Pause pause = () -> Thread.sleep(2000);
    private boolean deletesOld;

    private Builder(StatefulSetRestore restore, Approval approval, RestoreProgress progress) {
      this.restore = Objects.requireNonNull(restore, "restore");
      this.approval = Objects.requireNonNull(approval, "approval");
      this.progress = Objects.requireNonNull(progress, "progress");
    }

    /**
     * Has {@link KubernetesClusterOperations#discardOld} delete the claims of the old volumes and
     * give the volumes back their reclaim policy. Default: the old volumes are kept.
     *
     * @return this
     */
    public Builder deleteOldVolumes() {
      deletesOld = true;
      return this;
    }

    /**
     * Sets the time between two requests for the state of the cluster. Default: 2 seconds.
     *
     * @param interval more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder interval(Duration interval) {
      if (interval.isNegative()
          || interval.isZero()
          || interval.compareTo(Duration.ofDays(365)) > 0) {
        throw new IllegalArgumentException(
            "interval must be more than 0 and at most 365 days, not " + interval);
      }
      return pause(() -> Thread.sleep(interval.toMillis()));
    }

    Builder pause(Pause pause) {
      this.pause = pause;
      return this;
    }

    /**
     * Builds the operations. Asks nothing of the cluster.
     *
     * @return the operations
     */
    public KubernetesClusterOperations build() {
      return new KubernetesClusterOperations(this);
    }
  }
}
