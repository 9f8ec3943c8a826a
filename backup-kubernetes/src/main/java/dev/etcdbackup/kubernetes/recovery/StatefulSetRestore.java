package dev.etcdbackup.kubernetes.recovery;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.recovery.Approval;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Restores an etcd cluster that runs as a StatefulSet from a backup, in the steps of {@link
 * RestoreStep}. The old volumes are never deleted by these: each failure leaves them, and {@link
 * #rollBack} takes them into use again.
 *
 * <p>{@link #advance} runs one step and does not wait, so that a controller can call it from its
 * reconciler, store the state that it returns, and call it again. Each step may be run again after
 * the process was killed anywhere in it. {@link KubernetesClusterOperations} waits.
 *
 * <p>The application must make sure that nothing else scales the StatefulSet meanwhile, for example
 * a tool that applies manifests.
 *
 * <p>Immutable, and thread-safe when the connections are; one restore of a StatefulSet is advanced
 * by one thread at a time. An interrupt ends a call with {@link InterruptedIOException}.
 */
public final class StatefulSetRestore {
  private static final DateTimeFormatter ID =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final EtcdStatefulSet cluster;
  private final RestoreTool tool;
  private final Function<URI, EtcdConnection> connections;
  private final InstantSource clock;
  private final Duration stepTimeout;
  private final List<Dependant> dependants;

  private StatefulSetRestore(Builder builder) {
    this.client = builder.client;
    this.cluster = builder.cluster;
    this.tool = builder.tool;
    this.connections = builder.connections;
    this.clock = builder.clock;
    this.stepTimeout = builder.stepTimeout;
    this.dependants = List.copyOf(builder.dependants);
  }

  /**
   * Begins with the defaults.
   *
   * @param client the client of the cluster's API; not closed
   * @param cluster the StatefulSet
   * @param tool how the Jobs run the command line tool
   * @return the builder
   */
  public static Builder builder(
      KubernetesClient client, EtcdStatefulSet cluster, RestoreTool tool) {
    return new Builder(client, cluster, tool);
  }

  /**
   * Returns what a restore would do. Changes nothing.
   *
   * @param backup the backup
   * @return the steps and the manifests
   * @throws ClusterRestoreException when the StatefulSet does not exist or cannot be restored
   * @throws IOException when the API does not answer
   */
  public RestorePreview preview(BackupKey backup) throws IOException {
    RestoreState state = newState("preview", Optional.of(backup), Optional.empty());
    return call(
        RestoreStep.PROTECT,
        () -> {
          RestoreRun run = run(state);
          return new RestorePreview(run.lines(), run.manifests());
        });
  }

  /**
   * Begins a restore. Changes nothing in the cluster; store the state, then call {@link #advance}.
   *
   * @param approval who approved it
   * @param backup the backup, which need not be the newest
   * @param snapshot the snapshot of this backup in a file, which was verified, for example by
   *     {@link dev.etcdbackup.service.BackupService#download}. It is read once to compute its
   *     HashKV
   * @return the state
   * @throws ClusterRestoreException when the StatefulSet does not exist or cannot be restored, or
   *     has no replicas and no number of members was given
   * @throws IOException when the API does not answer or the file cannot be read
   */
  public RestoreState begin(Approval approval, BackupKey backup, Path snapshot) throws IOException {
    return newState(approval.by(), Optional.of(backup), hashOf(snapshot));
  }

  /**
   * Begins a restore whose members are compared with each other only.
   *
   * @param approval who approved it
   * @param backup the backup, which need not be the newest. The Jobs verify it before anything of
   *     it is written, but the old members are stopped by then
   * @return the state
   * @throws ClusterRestoreException as above
   * @throws IOException when the API does not answer
   */
  public RestoreState begin(Approval approval, BackupKey backup) throws IOException {
    return newState(approval.by(), Optional.of(backup), Optional.empty());
  }

  /** Begins a restore of which the backup is not known yet. */
  RestoreState begin(String approvedBy) throws IOException {
    return newState(approvedBy, Optional.empty(), Optional.empty());
  }

  /** The HashKV of a snapshot, if what is restored of it has the same. */
  Optional<HashKv> hashOf(Path snapshot) throws IOException {
    if (!tool.restoresAll()) {
      return Optional.empty();
    }
    try (EtcdSnapshot opened = EtcdSnapshot.open(snapshot)) {
      return Optional.of(opened.hashKv());
    }
  }

  private RestoreState newState(
      String approvedBy, Optional<BackupKey> backup, Optional<HashKv> hash) throws IOException {
    return call(
        RestoreStep.PROTECT,
        () -> {
          StatefulSet set = set(RestoreStep.PROTECT);
          Integer replicas = set.getSpec().getReplicas();
          int members = cluster.members() > 0 ? cluster.members() : replicas == null ? 1 : replicas;
          if (members < 1) {
            throw new ClusterRestoreException(
                RestoreStep.PROTECT,
                "StatefulSet " + cluster + " has no replicas; give the number of members");
          }
          members(set, RestoreStep.PROTECT, members);
          Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
          Instant named = now;
          while (claims(ID.format(named)).isUsed()) {
            named = named.plusSeconds(1);
          }
          return new RestoreState(
              ID.format(named),
              RestoreStep.PROTECT,
              approvedBy,
              members,
              backup,
              hash,
              now,
              1,
              "begun");
        });
  }

  private MemberClaims claims(String id) {
    return new MemberClaims(client, cluster.namespace(), cluster.name(), id);
  }

  /**
   * Runs a step as far as it goes without waiting.
   *
   * @param state the last state that was stored
   * @return the state after it, to be stored: at the next step, or at the same one with what is
   *     waited for as its message; then call this again in some seconds. The same state when there
   *     is no step left
   * @throws ClusterRestoreException when the restore cannot go on by itself; also when the step has
   *     not finished in the time for a step. The step is run again from {@link
   *     RestoreState#retried}, or call {@link #rollBack}
   * @throws IOException when the API does not answer or refuses a request; call this again with the
   *     same state
   */
  public RestoreState advance(RestoreState state) throws IOException {
    if (state.step().isLast()) {
      return state;
    }
    RestoreRun.Result result = call(state.step(), () -> run(state).run());
    Instant now = clock.instant();
    if (result.done()) {
      return state.at(state.step().next(), now, result.message());
    }
    Duration limit =
        state.step() == RestoreStep.RESTORE_DATA ? tool.timeout().plus(stepTimeout) : stepTimeout;
    if (Duration.between(state.since(), now).compareTo(limit) > 0) {
      throw new ClusterRestoreException(
          state.step(), "after " + limit.toSeconds() + " s it still waits for " + result.message());
    }
    return state.waiting(result.message());
  }

  /**
   * Begins the rollback of a restore: the following calls of {@link #advance} stop the new cluster,
   * take the old volumes into use again and start the old number of members. Restored volumes that
   * were in use are kept under {@code CLAIM-undone-ID}.
   *
   * @param state the last state that was stored, at any step but {@link RestoreStep#ROLLED_BACK}
   * @return the state, to be stored
   * @throws IllegalArgumentException when it was rolled back before
   */
  public RestoreState rollBack(RestoreState state) {
    if (state.step() == RestoreStep.ROLLED_BACK) {
      throw new IllegalArgumentException("restore " + state.id() + " was rolled back before");
    }
    return state.at(RestoreStep.ROLL_BACK, clock.instant(), "rolling back from " + state.step());
  }

  /**
   * Deletes the claims of the old volumes after a restore, and gives the volumes back the reclaim
   * policy that they had before it: with {@code Delete} their data are deleted.
   *
   * @param state the state of a restore that is at {@link RestoreStep#DONE}
   * @throws IllegalArgumentException when it is at another step
   * @throws IOException when the API does not answer or refuses a request; call this again
   */
  public void discardOld(RestoreState state) throws IOException {
    if (state.step() != RestoreStep.DONE) {
      throw new IllegalArgumentException(
          "the old volumes are deleted after DONE only, not at " + state.step());
    }
    RestoreStep unused =
        call(
            state.step(),
            () -> {
              run(state).discardOld();
              return state.step();
            });
  }

  Instant now() {
    return clock.instant();
  }

  private RestoreRun run(RestoreState state) throws ClusterRestoreException {
    StatefulSet set = set(state.step());
    Members members = members(set, state.step(), state.members());
    return new RestoreRun(client, members, tool, state, connections, dependants);
  }

  private StatefulSet set(RestoreStep step) throws ClusterRestoreException {
    StatefulSet set =
        client
            .apps()
            .statefulSets()
            .inNamespace(cluster.namespace())
            .withName(cluster.name())
            .get();
    if (set == null) {
      throw new ClusterRestoreException(step, "StatefulSet " + cluster + " does not exist");
    }
    return set;
  }

  private Members members(StatefulSet set, RestoreStep step, int count)
      throws ClusterRestoreException {
    try {
      return Members.of(cluster, set, count);
    } catch (IllegalArgumentException e) {
      throw new ClusterRestoreException(step, String.valueOf(e.getMessage()));
    }
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T call(RestoreStep step, Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (IllegalStateException e) { // what MemberClaims and Dependant found
      throw new ClusterRestoreException(step, String.valueOf(e.getMessage()));
    } catch (KubernetesClientException e) {
      if (Thread.currentThread().isInterrupted() || e.getCause() instanceof InterruptedException) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while the Kubernetes API was asked");
      }
      throw new IOException(
          "restore of StatefulSet " + cluster + ": the Kubernetes API: " + e.getMessage(), e);
    }
  }

  /** Settings of a restore. For one thread. */
  public static final class Builder {
    private final KubernetesClient client;
    private final EtcdStatefulSet cluster;
    private final RestoreTool tool;
    private Function<URI, EtcdConnection> connections = url -> EtcdConnection.to(List.of(url));
    private InstantSource clock = InstantSource.system();
    private Duration stepTimeout = Duration.ofMinutes(10);
    private final List<Dependant> dependants = new ArrayList<>();

    private Builder(KubernetesClient client, EtcdStatefulSet cluster, RestoreTool tool) {
      this.client = Objects.requireNonNull(client, "client");
      this.cluster = Objects.requireNonNull(cluster, "cluster");
      this.tool = Objects.requireNonNull(tool, "tool");
    }

    /**
     * Sets how the members are reached, with TLS and a user where they need them. Default: without
     * either.
     *
     * @param connections returns the connection for the client URL of a member
     * @return this
     */
    public Builder connections(Function<URI, EtcdConnection> connections) {
      this.connections = Objects.requireNonNull(connections, "connections");
      return this;
    }

    /**
     * Sets the clock, for the id of a restore and for deadlines. Default: the system clock.
     *
     * @param clock the clock
     * @return this
     */
    public Builder clock(InstantSource clock) {
      this.clock = Objects.requireNonNull(clock, "clock");
      return this;
    }

    /**
     * Sets how long a step may wait. {@link RestoreStep#RESTORE_DATA} may wait as long as the Jobs
     * may take in addition. Default: 10 minutes.
     *
     * @param stepTimeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder stepTimeout(Duration stepTimeout) {
      if (stepTimeout.isNegative()
          || stepTimeout.isZero()
          || stepTimeout.compareTo(Duration.ofDays(365)) > 0) {
        throw new IllegalArgumentException(
            "stepTimeout must be more than 0 and at most 365 days, not " + stepTimeout);
      }
      this.stepTimeout = stepTimeout;
      return this;
    }

    /**
     * Adds a workload in the namespace of the StatefulSet that is restarted when the new cluster is
     * compared and healthy. Default: none.
     *
     * @param dependant {@code deployment/NAME}, {@code statefulset/NAME} or {@code daemonset/NAME}
     * @return this
     * @throws IllegalArgumentException when it is something else
     */
    public Builder restart(String dependant) {
      dependants.add(Dependant.parse(dependant));
      return this;
    }

    /**
     * Builds the restore. Asks nothing of the cluster.
     *
     * @return the restore
     */
    public StatefulSetRestore build() {
      return new StatefulSetRestore(this);
    }
  }
}
