package dev.etcdbackup.kubernetes;

import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.ScheduledCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the etcd clusters of a Kubernetes cluster, keeps the clusters of a scheduler as they are
 * found, and reports those that cannot be backed up.
 *
 * <pre>{@code
 * ClusterDiscovery discovery =
 *     ClusterDiscovery.builder(client, scheduler)
 *         .layouts(LayoutPresets.presets())
 *         .settings(found -> Optional.of(
 *             ScheduledCluster.builder(found.project(), found.source(client, Duration.ofMinutes(10)))
 *                 .schedule(Schedule.every(Duration.ofHours(6)))
 *                 .retention(RetentionPolicy.keepLast(28))
 *                 .build()))
 *         .build();
 * discovery.start(Duration.ofMinutes(1));
 * }</pre>
 *
 * <p>A cluster that appears is put into the scheduler, which backs it up at once when it has no
 * backup; one that changes, for example when it is scaled, replaces the one in the scheduler; one
 * whose object is deleted is removed, and its backups stay. None of this needs a restart. Secrets
 * are read for each snapshot, see {@link EtcdSecrets}.
 *
 * <p>A cluster is found and not backed up when it is scaled to 0 pods or to more than 100, has the
 * annotation {@code etcdbackup.dev/backup: no}, has a project that is not valid or that an older
 * cluster has already, or when the settings return none or throw an {@link
 * IllegalArgumentException}. {@link #notBackedUp()} has the reason, and {@link #coverage} adds it
 * to the report of the scheduler. It is put into the scheduler when the reason is gone.
 *
 * <p>Other clusters in the scheduler are not changed. While the API server cannot be reached,
 * everything stays as it was found last; the watch is resumed, and what changed meanwhile is found
 * by a list.
 *
 * <p>Needs the verbs {@code list} and {@code watch} for the kinds of its layouts (StatefulSets;
 * Services and EndpointSlices; pods) and {@code get} for the Secrets that clusters name.
 *
 * <p>Thread-safe. Sends one list and one watch for each layout and namespace, two for layouts of
 * Services, and none for a cluster. Starts no threads; works on those of the client, which remains
 * the caller's.
 */
public final class ClusterDiscovery implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterDiscovery.class);

  private final KubernetesClient client;
  private final BackupScheduler scheduler;
  private final Set<String> namespaces;
  private final List<ClusterLayout> layouts;
  private final Function<DiscoveredCluster, Optional<ScheduledCluster>> settings;
  private final List<Watched<?>> watches = new ArrayList<>(); // guarded by this
  private final ProjectClaims claims = new ProjectClaims(); // guarded by this
  private final Map<String, DiscoveredCluster> scheduled = new TreeMap<>(); // guarded by this
  private final Map<String, NotBackedUp> refused = new TreeMap<>(); // by project; guarded by this
  private boolean listed; // guarded by this
  private boolean closed; // guarded by this

  /**
   * A cluster that was found and is not backed up.
   *
   * @param cluster the cluster
   * @param reason why not, in one line
   */
  public record NotBackedUp(DiscoveredCluster cluster, String reason) {
    /** Checks the values. */
    public NotBackedUp {
      Objects.requireNonNull(cluster, "cluster");
      Objects.requireNonNull(reason, "reason");
    }
  }

  private ClusterDiscovery(Builder builder) {
    this.client = builder.client;
    this.scheduler = builder.scheduler;
    this.namespaces = new LinkedHashSet<>(builder.namespaces);
    this.layouts = List.copyOf(builder.layouts);
    this.settings = builder.settings;
  }

  /**
   * Returns a builder.
   *
   * @param client how to reach the API server; not closed by the discovery
   * @param scheduler the scheduler whose clusters are kept as they are found; started or not
   * @return a builder without layouts
   */
  public static Builder builder(KubernetesClient client, BackupScheduler scheduler) {
    return new Builder(client, scheduler);
  }

  /**
   * Lists the clusters, puts them into the scheduler, and watches from then on. Blocks until the
   * lists are complete.
   *
   * @param timeout how long that may take, more than 0; 1 hour at most counts
   * @throws IllegalArgumentException when the timeout is not more than 0
   * @throws IOException when the API server refuses a list or does not answer in time; nothing is
   *     watched then, and the scheduler is unchanged
   * @throws InterruptedIOException when the thread is interrupted, its interrupt status set;
   *     likewise
   * @throws IllegalStateException when it was started or closed before
   */
  public void start(Duration timeout) throws IOException {
    long end = Watched.end(timeout);
    List<Watched<?>> all;
    synchronized (this) {
      if (closed || !watches.isEmpty()) {
        throw new IllegalStateException("the discovery was started or closed before");
      }
      prepare();
      all = List.copyOf(watches);
    }
    try {
      List<Watched.Starting> begun = new ArrayList<>();
      all.forEach(one -> begun.add(one.start()));
      for (Watched.Starting one : begun) {
        one.await(end);
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
    synchronized (this) {
      listed = true;
      claims.projects().forEach(this::refresh);
      LOG.info(
          "{} etcd clusters were found, {} of them are not backed up",
          scheduled.size() + notBackedUp().size(),
          notBackedUp().size());
    }
  }

  /**
   * Returns the clusters that are in the scheduler because they were found.
   *
   * @return the clusters, in the order of their projects
   */
  public synchronized List<DiscoveredCluster> clusters() {
    return List.copyOf(scheduled.values());
  }

  /**
   * Returns the cluster of a project.
   *
   * @param project the project
   * @return the cluster; empty when there is none, or it is not backed up
   */
  public synchronized Optional<DiscoveredCluster> cluster(String project) {
    return Optional.ofNullable(scheduled.get(project));
  }

  /**
   * Returns the clusters that were found and are not backed up.
   *
   * @return the clusters with the reasons, in the order of their projects
   */
  public synchronized List<NotBackedUp> notBackedUp() {
    List<NotBackedUp> all = new ArrayList<>();
    for (String project : claims.projects()) {
      @Nullable NotBackedUp first = refused.get(project);
      if (first != null) {
        all.add(first);
      }
      List<Candidate> claimants = claims.of(project);
      for (Candidate other : claimants.subList(Math.min(1, claimants.size()), claimants.size())) {
        all.add(
            new NotBackedUp(
                other.cluster(),
                "its project " + project + " is that of " + claimants.get(0).cluster().place()));
      }
    }
    return all;
  }

  /**
   * Adds the clusters that were found and are not backed up to a report of the scheduler. The state
   * of such a project is {@link CoverageState#UNCONFIGURED}, and its note says where it is and why;
   * a project that is in the report keeps its state and gets the note.
   *
   * @param coverage a report of the scheduler
   * @return the report with these clusters
   */
  public Coverage coverage(Coverage coverage) {
    return NotBackedUpNotes.add(coverage, notBackedUp());
  }

  /**
   * Returns whether all watches are connected. While one is not, what changes is found later.
   *
   * @return true when it was started and every watch is connected
   */
  public synchronized boolean isWatching() {
    return listed && !closed && watches.stream().allMatch(Watched::isWatching);
  }

  /**
   * Ends the watches. The clusters that were found stay in the scheduler. Closing again does
   * nothing.
   */
  @Override
  public void close() {
    List<Watched<?>> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(watches);
    }
    all.forEach(Watched::close);
  }

  private void prepare() {
    for (int i = 0; i < layouts.size(); i++) {
      int layout = i;
      ClusterLayout.Kind kind = layouts.get(i).kind();
      FoundObjects found =
          new FoundObjects(
              layouts.get(i), (key, candidate) -> changed(kind + " " + key, layout, candidate));
      if (namespaces.isEmpty()) {
        watches.addAll(found.watches(client, null));
      }
      namespaces.forEach(one -> watches.addAll(found.watches(client, one)));
    }
  }

  /** A layout sees an object as this cluster, or no longer as one. */
  private synchronized void changed(String object, int layout, @Nullable Candidate candidate) {
    Set<String> affected = claims.see(object, layout, candidate);
    if (listed && !closed) {
      affected.forEach(this::refresh);
    }
  }

  /** Puts the cluster that was found for a project into the scheduler, or removes it. */
  private void refresh(String project) {
    List<Candidate> claimants = claims.of(project);
    refused.remove(project);
    if (claimants.isEmpty()) {
      drop(project, "it is gone");
      return;
    }
    Candidate owner = claimants.get(0);
    DiscoveredCluster cluster = owner.cluster();
    String reason = owner.problem().orElse("");
    try {
      if (reason.isEmpty()) {
        if (cluster.equals(scheduled.get(project))) {
          return;
        }
        Optional<ScheduledCluster> wanted = settings.apply(cluster);
        if (wanted.isPresent()) {
          put(cluster, wanted.get());
          return;
        }
        reason = "the settings exclude it";
      }
    } catch (IllegalArgumentException e) {
      reason = String.valueOf(e.getMessage());
    } catch (IllegalStateException e) { // the scheduler was stopped ahead of this
      LOG.debug("{} is not scheduled: {}", cluster.place(), e.getMessage());
      return;
    }
    drop(project, reason);
    refused.put(project, new NotBackedUp(cluster, reason));
    LOG.info("etcd cluster {} is not backed up: {}", cluster.place(), reason);
  }

  private void put(DiscoveredCluster cluster, ScheduledCluster wanted) {
    if (!wanted.project().equals(cluster.project())) {
      throw new IllegalArgumentException(
          "the settings name the project " + wanted.project() + " instead of " + cluster.project());
    }
    scheduler.put(wanted);
    @Nullable DiscoveredCluster before = scheduled.put(cluster.project(), cluster);
    LOG.info(
        "etcd cluster {} {} as project {} with {} endpoints",
        cluster.place(),
        before == null ? "is backed up" : "has changed and is backed up",
        cluster.project(),
        cluster.endpoints().size());
  }

  private void drop(String project, String reason) {
    @Nullable DiscoveredCluster before = scheduled.remove(project);
    if (before != null) {
      scheduler.remove(project);
      LOG.info("etcd cluster {} is no longer backed up: {}", before.place(), reason);
    }
  }

  /** Settings of a discovery. Not thread-safe. */
  public static final class Builder {
    private final KubernetesClient client;
    private final BackupScheduler scheduler;
    private final Set<String> namespaces = new LinkedHashSet<>();
    private final List<ClusterLayout> layouts = new ArrayList<>();
    private Function<DiscoveredCluster, Optional<ScheduledCluster>> settings =
        cluster -> Optional.empty();

    private Builder(KubernetesClient client, BackupScheduler scheduler) {
      this.client = Objects.requireNonNull(client, "client");
      this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
    }

    /**
     * Adds namespaces to look in. Default: all.
     *
     * @param namespaces names of namespaces
     * @return this
     */
    public Builder namespaces(Collection<String> namespaces) {
      this.namespaces.addAll(namespaces);
      return this;
    }

    /**
     * Adds layouts to look for. An object that several of them fit is found by the first.
     *
     * @param layouts one or more layouts
     * @return this
     */
    public Builder layouts(Collection<ClusterLayout> layouts) {
      this.layouts.addAll(layouts);
      return this;
    }

    /**
     * Sets how a cluster that was found is backed up. Called once for each cluster and once for
     * each change of it, on a thread of the client; must return quickly and not call the discovery.
     * Default: no cluster is backed up, all are reported.
     *
     * @param settings returns the cluster for the scheduler, with the project of what was found;
     *     empty when it is not to be backed up. An {@link IllegalArgumentException} means the same,
     *     with its message as the reason
     * @return this
     */
    public Builder settings(Function<DiscoveredCluster, Optional<ScheduledCluster>> settings) {
      this.settings = Objects.requireNonNull(settings, "settings");
      return this;
    }

    /**
     * Builds the discovery. Sends nothing.
     *
     * @return the discovery
     * @throws IllegalArgumentException when there is no layout
     */
    public ClusterDiscovery build() {
      if (layouts.isEmpty()) {
        throw new IllegalArgumentException("layouts must be one or more, not none");
      }
      return new ClusterDiscovery(this);
    }
  }
}
