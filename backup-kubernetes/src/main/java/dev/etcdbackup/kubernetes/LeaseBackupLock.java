package dev.etcdbackup.kubernetes;

import dev.etcdbackup.BackupLock;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A lock between the replicas of an operator, kept as one {@code Lease} of {@code
 * coordination.k8s.io/v1} for each project. {@code kubectl get leases} shows who holds it.
 *
 * <p>Every write names the {@code resourceVersion} that it replaces, so that the API server refuses
 * the second of two replicas that write at once. A holder renews its lease every third of the time
 * to live. It has lost the lock when the lease names another holder or is gone, and when no renewal
 * succeeded for the time to live, counted by its monotonic clock from when the last one that
 * succeeded was sent. {@link Held#confirm} renews in addition, every time.
 *
 * <p>Wall clocks do not count, so replicas need no synchronised ones: a lease whose holder is gone
 * is taken over when this lock has seen it unchanged for the lease's time to live. The times in the
 * lease are for people.
 *
 * <p><b>What this cannot do:</b> stop a write under way. A process that is paused after its check
 * ahead of the commit may commit when it goes on, though another has long taken over. What it
 * commits is one whole, verified backup under a name of its own; nothing is overwritten.
 *
 * <p>Needs the verbs {@code get}, {@code create} and {@code update} for leases of its namespace.
 * Leases are released and not deleted: one small object for each project remains.
 *
 * <p>Thread-safe. To take a lock costs two requests, one when it is taken already; to confirm or to
 * release it one, and two more each time that others have changed the lease meanwhile, 4 times at
 * most. Up to 8 daemon threads renew, which end when nothing has been held for 5 seconds. The
 * client remains the caller's.
 */
public final class LeaseBackupLock implements BackupLock, AutoCloseable {
  static final String PROJECT = "etcdbackup.dev/project";
  private static final int THREADS = 8;

  private final KubernetesLeases leases;
  private final String namePrefix;
  private final String identity;
  private final int ttlSeconds;
  private final InstantSource clock;
  private final ScheduledThreadPoolExecutor timer;
  private final Set<HeldKubernetesLease> held = ConcurrentHashMap.newKeySet();
  private final Map<String, Sighting> sightings = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * Since when a lease of another holder was seen unchanged.
   *
   * @param version its resource version
   * @param since the monotonic time at which it was first seen, in nanoseconds
   */
  private record Sighting(@Nullable String version, long since) {}

  private LeaseBackupLock(Builder builder) {
    this.leases = new KubernetesLeases(builder.client, builder.namespace);
    this.namePrefix = builder.namePrefix;
    this.identity = builder.identity;
    this.ttlSeconds = (int) builder.ttl.toSeconds();
    this.clock = builder.clock;
    this.timer = new ScheduledThreadPoolExecutor(THREADS, LeaseBackupLock::newThread);
    timer.setKeepAliveTime(5, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Returns a builder of a lock.
   *
   * @param client how to reach the API server; not closed by the lock
   * @param namespace the namespace of the leases, the same for all replicas
   * @return a builder with the defaults
   */
  public static Builder builder(KubernetesClient client, String namespace) {
    return new Builder(client, namespace);
  }

  /**
   * Takes the lock if no other replica holds it. Blocks for 5 seconds at most for each of up to two
   * requests.
   *
   * @throws InterruptedIOException when the thread is interrupted, its interrupt status set
   * @throws IOException when the API server does not answer in time or refuses, with one line that
   *     says why, or when this was closed
   */
  @Override
  public Optional<Held> tryAcquire(String project, Runnable onLoss) throws IOException {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(onLoss, "onLoss");
    if (closed) {
      throw new IOException("the " + this + " was closed");
    }
    String name = LeaseName.of(namePrefix, project);
    @Nullable Lease found = leases.get(name);
    if (found != null && !isFree(name, found)) {
      return Optional.empty();
    }
    long asked = System.nanoTime();
    String holder = identity + "_" + UUID.randomUUID();
    Optional<Lease> taken =
        found == null
            ? leases.create(acquired(new LeaseBuilder(), name, project, holder, 0))
            : leases.replace(acquired(new LeaseBuilder(found), name, project, holder, next(found)));
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    sightings.remove(name);
    HeldKubernetesLease lease =
        new HeldKubernetesLease(
            new HeldKubernetesLease.Grant(project, taken.get(), holder, ttlSeconds, asked),
            leases,
            clock,
            onLoss,
            held::remove);
    held.add(lease);
    lease.renewBy(timer);
    if (closed) { // meanwhile
      lease.close();
    }
    return Optional.of(lease);
  }

  /**
   * Releases the locks that are still held and ends the threads. Stop the schedulers that use it
   * first: holders are not notified, and find that they have lost their locks when they confirm.
   * Takes 5 seconds at most for each request, of which there is one for each lock, as a rule.
   * Closing again does nothing.
   */
  @Override
  public void close() {
    closed = true;
    List.copyOf(held).forEach(HeldKubernetesLease::close);
    timer.shutdownNow();
  }

  /** Names the namespace. */
  @Override
  public String toString() {
    return "lock by leases in namespace " + leases.namespace();
  }

  /** Returns whether the lease has no holder, or one that did not renew it for its time to live. */
  private boolean isFree(String name, Lease found) {
    String holder = found.getSpec() == null ? null : found.getSpec().getHolderIdentity();
    if (holder == null || holder.isEmpty()) {
      return true;
    }
    long now = System.nanoTime();
    String version = found.getMetadata().getResourceVersion();
    Sighting sighting =
        Objects.requireNonNull(
            sightings.compute(
                name,
                (key, before) ->
                    before != null && Objects.equals(before.version(), version)
                        ? before
                        : new Sighting(version, now)));
    Integer seconds = found.getSpec().getLeaseDurationSeconds();
    long ttl = TimeUnit.SECONDS.toNanos(seconds == null ? ttlSeconds : seconds);
    return now - sighting.since() >= ttl;
  }

  private Lease acquired(
      LeaseBuilder lease, String name, String project, String holder, int transitions) {
    ZonedDateTime now = clock.instant().atZone(ZoneOffset.UTC);
    return lease
        .editOrNewMetadata()
        .withName(name)
        .withNamespace(leases.namespace())
        .addToAnnotations(PROJECT, project)
        .endMetadata()
        .editOrNewSpec()
        .withHolderIdentity(holder)
        .withLeaseDurationSeconds(ttlSeconds)
        .withLeaseTransitions(transitions)
        .withAcquireTime(now)
        .withRenewTime(now)
        .endSpec()
        .build();
  }

  private static int next(Lease found) {
    Integer before = found.getSpec() == null ? null : found.getSpec().getLeaseTransitions();
    return before == null || before == Integer.MAX_VALUE ? 1 : before + 1;
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "etcd-backup-lease");
    thread.setDaemon(true);
    return thread;
  }

  /** Settings of a lock. Not thread-safe. */
  public static final class Builder {
    private static final Duration SHORTEST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final KubernetesClient client;
    private final String namespace;
    private Duration ttl = Duration.ofSeconds(15);
    private String namePrefix = "etcd-backup-lock";
    private String identity =
        Objects.requireNonNullElse(System.getenv("HOSTNAME"), "etcd-backup"); // the pod's name
    private InstantSource clock = InstantSource.system();

    private Builder(KubernetesClient client, String namespace) {
      this.client = Objects.requireNonNull(client, "client");
      this.namespace = Objects.requireNonNull(namespace, "namespace");
    }

    /**
     * After what time a holder that is dead, paused or cut off has lost its lock. Another replica
     * takes over within twice this time. A holder that cannot reach the API server for this long
     * gives its backup up. Default: 15 seconds.
     *
     * @param ttl whole seconds, 2 seconds to 1 hour
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder ttl(Duration ttl) {
      if (ttl.compareTo(SHORTEST) < 0 || ttl.compareTo(LONGEST) > 0 || ttl.toNanosPart() != 0) {
        throw new IllegalArgumentException(
            "ttl must be whole seconds, 2 seconds to 1 hour, not " + ttl);
      }
      this.ttl = ttl;
      return this;
    }

    /**
     * What the names of the leases begin with: the same for all that are to exclude one another. A
     * lease is called {@code PREFIX-PROJECT}, or {@code PREFIX.HASH} for a project whose name
     * cannot be part of an object's name. Default: {@code etcd-backup-lock}.
     *
     * @param namePrefix 1 to 63 lower-case letters, digits and {@code -}, a letter or digit at both
     *     ends
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder namePrefix(String namePrefix) {
      this.namePrefix = LeaseName.requirePrefix(namePrefix);
      return this;
    }

    /**
     * Who holds the lock, for people who read the lease; a random part is added. Default: the
     * environment variable {@code HOSTNAME}, which in a container is the name of the pod.
     *
     * @param identity one character or more
     * @return this
     * @throws IllegalArgumentException when it is empty
     */
    public Builder identity(String identity) {
      if (identity.isEmpty()) {
        throw new IllegalArgumentException("identity must be one character or more, not none");
      }
      this.identity = identity;
      return this;
    }

    /** The clock for the times in the lease. */
    Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Builds the lock. Sends nothing.
     *
     * @return the lock
     */
    public LeaseBackupLock build() {
      return new LeaseBackupLock(this);
    }
  }
}
