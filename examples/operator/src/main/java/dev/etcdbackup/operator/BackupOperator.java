package dev.etcdbackup.operator;

import dev.etcdbackup.BackupStore;
import dev.etcdbackup.kubernetes.BackupEvents;
import dev.etcdbackup.operator.coreos.EtcdBackupReconciler;
import dev.etcdbackup.operator.coreos.EtcdBackupStatus;
import dev.etcdbackup.operator.restore.EtcdRestoreReconciler;
import dev.etcdbackup.operator.restore.EtcdRestoreStatus;
import dev.etcdbackup.operator.restore.Restorer;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.SchedulerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.RuntimeInfo;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.health.EventSourceHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The controllers of all resources, and what they share. */
public final class BackupOperator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BackupOperator.class);
  private static final String CONTROLLER = "etcdbackup.dev/operator";
  static final Duration RETRY_LONGEST = Duration.ofMinutes(1);
  private static final int CONCURRENT = 4; // of all schedulers
  private static final Duration SYNC = Duration.ofSeconds(10);
  private static final Duration REVISION_CHECKS = Duration.ofSeconds(10);
  private static final Duration RETRY_FIRST = Duration.ofSeconds(1);

  private final BackupEvents events;
  private final ScheduledResources scheduled;
  private final Tasks<EtcdBackupStatus> backups = new Tasks<>("etcd-backup-once", 2);
  private final Tasks<EtcdRestoreStatus> restores = new Tasks<>("etcd-restore", 2);
  private final Tasks<dev.etcdbackup.operator.coreos.EtcdRestoreStatus> coreosRestores =
      new Tasks<>("coreos-etcd-restore", 2);
  private final Operator operator;
  private final RevisionCheck revisions;
  private final @Nullable SecretBackends owned;

  private BackupOperator(Builder builder) {
    this.events = BackupEvents.of(builder.client, CONTROLLER, builder.instance);
    Backends given = builder.backends;
    if (given == null) {
      SecretBackends made = new SecretBackends(builder.client);
      this.owned = made;
      this.scheduled = new ScheduledResources(made, builder.schedulers, events);
    } else {
      this.owned = null;
      this.scheduled = new ScheduledResources(given, builder.schedulers, events);
    }
    this.revisions = RevisionCheck.of(builder.client, builder.namespaces);
    this.operator =
        new Operator(
            settings ->
                settings
                    .withKubernetesClient(builder.client)
                    .withCloseClientOnStop(false)
                    .withStopOnInformerErrorDuringStartup(false) // for one of many namespaces
                    .withCacheSyncTimeout(builder.sync)
                    .withUseSSAToPatchPrimaryResource(false));
    register(builder, new EtcdBackupScheduleReconciler(scheduled, InstantSource.system()));
    register(builder, new EtcdBackupReconciler(scheduled, backups));
    register(
        builder,
        new dev.etcdbackup.operator.coreos.EtcdRestoreReconciler(
            scheduled, coreosRestores, builder.restorer));
    register(
        builder,
        new EtcdRestoreReconciler(scheduled, restores, builder.restorer, InstantSource.system()));
  }

  /**
   * Returns a builder.
   *
   * @param client the client; remains the caller's
   * @return the builder, with stores and clusters as the Secrets have them
   */
  public static Builder builder(KubernetesClient client) {
    return new Builder(client);
  }

  /**
   * Starts all controllers, and returns when they know all resources. What the API server does not
   * list within 10 seconds, as those of a namespace that was deleted with its Role, is asked for
   * again and again, and the others are backed up; a warning is logged then.
   */
  public void start() {
    operator.start();
    revisions.start(REVISION_CHECKS);
    if (!operator.getRuntimeInfo().allEventSourcesAreHealthy()) {
      LOG.warn(
          "the operator runs, but the API server does not list all resources yet; they are asked"
              + " for again and again");
    }
  }

  /**
   * Returns what is on a schedule.
   *
   * @return the schedulers' view
   */
  public ScheduledResources scheduled() {
    return scheduled;
  }

  /**
   * Returns whether the controllers are started and watch, or try to. An API server that is away is
   * nothing that a restart would help with. One whose data were restored from a backup is: watches
   * go on from revisions that it does not have any more.
   *
   * @return false before and after
   */
  public boolean isHealthy() {
    RuntimeInfo info = operator.getRuntimeInfo();
    return info.isStarted()
        && !revisions.wentBack()
        && info.unhealthyEventSources().values().stream()
            .flatMap(ofController -> ofController.values().stream())
            .allMatch(BackupOperator::isRunning);
  }

  private static boolean isRunning(EventSourceHealthIndicator source) {
    return source instanceof InformerWrappingEventSourceHealthIndicator<?> informers
        && informers.informerHealthIndicators().values().stream()
            .allMatch(InformerHealthIndicator::isRunning);
  }

  /**
   * Stops everything.
   *
   * @param grace how long backups and restores under way may continue
   */
  public void stop(Duration grace) {
    revisions.close();
    operator.stop();
    scheduled.stop(grace);
    backups.stop(grace);
    restores.stop(grace);
    coreosRestores.stop(grace);
    events.close();
    if (owned != null) {
      owned.close();
    }
  }

  /** Stops everything with a grace of 10 seconds. */
  @Override
  public void close() {
    stop(Duration.ofSeconds(10));
  }

  private <R extends HasMetadata> void register(Builder builder, Reconciler<R> reconciler) {
    operator.register(
        reconciler,
        (ControllerConfigurationOverrider<R> settings) -> {
          settings.withRetry(retry());
          if (!builder.namespaces.isEmpty()) {
            settings.settingNamespaces(builder.namespaces);
          }
        });
  }

  /**
   * The SDK's default gives up after 5 attempts, which take 16 seconds. What is not handled then is
   * not handled until its resource changes, so that an API server that is away for longer would
   * leave a resource behind for good.
   */
  static GenericRetry retry() {
    return new GenericRetry()
        .withoutMaxAttempts()
        .setInitialInterval(RETRY_FIRST.toMillis())
        .setIntervalMultiplier(2)
        .setMaxInterval(RETRY_LONGEST.toMillis());
  }

  /** A builder. Not thread-safe. */
  public static final class Builder {
    private final KubernetesClient client;
    private @Nullable Backends backends;
    private final RunSlots slots = new RunSlots(CONCURRENT);
    private Duration sync = SYNC;
    private Function<BackupStore, SchedulerBuilder> schedulers =
        store -> BackupScheduler.builder(store).lock(slots);
    private Set<String> namespaces = Set.of();
    private String instance = "operator";
    private Restorer restorer =
        Restorer.refusing(
            "restores are not enabled: set TOOL_IMAGE of the operator to the image of the tool");

    private Builder(KubernetesClient client) {
      this.client = client;
    }

    /**
     * Sets where stores and clusters come from. Default: from S3 and etcd, with the Secrets.
     *
     * @param backends the backends
     * @return this
     */
    public Builder backends(Backends backends) {
      this.backends = backends;
      return this;
    }

    /**
     * Sets how the scheduler of a store is made. Default: {@code BackupScheduler::builder}, and all
     * schedulers together run 4 backups at once.
     *
     * @param schedulers makes a builder
     * @return this
     */
    public Builder schedulers(Function<BackupStore, SchedulerBuilder> schedulers) {
      this.schedulers = schedulers;
      return this;
    }

    /** Sets how long {@link BackupOperator#start} waits for the lists of resources, for tests. */
    Builder sync(Duration sync) {
      this.sync = sync;
      return this;
    }

    /**
     * Sets which namespaces are watched. Default: all.
     *
     * @param namespaces their names; empty for all
     * @return this
     */
    public Builder namespaces(Set<String> namespaces) {
      this.namespaces = Set.copyOf(namespaces);
      return this;
    }

    /**
     * Sets the name of this process, which its events carry. Default: {@code operator}.
     *
     * @param instance for example the name of its pod
     * @return this
     */
    public Builder instance(String instance) {
      this.instance = instance;
      return this;
    }

    /**
     * Sets how clusters are restored. Default: a restore fails, with a reason.
     *
     * @param restorer restores
     * @return this
     */
    public Builder restorer(Restorer restorer) {
      this.restorer = restorer;
      return this;
    }

    /**
     * Builds the operator.
     *
     * @return the operator, not started
     */
    public BackupOperator build() {
      return new BackupOperator(this);
    }
  }
}
