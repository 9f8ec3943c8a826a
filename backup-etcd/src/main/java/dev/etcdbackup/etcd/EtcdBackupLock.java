package dev.etcdbackup.etcd;

import dev.etcdbackup.BackupLock;
import dev.etcdbackup.SourceException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A lock in an etcd that lets one of several replicas write: etcd's lock service ({@code v3lock})
 * decides which replica holds it, and the lease of a replica that stopped expires. {@code etcdctl
 * lock PREFIX/PROJECT} contends for the same lock.
 *
 * <p>A lock is a key {@code PREFIX/PROJECT/LEASE}, bound to a lease of its own that is renewed
 * every third of its time to live. It is lost when etcd says that the lease or the key is gone, and
 * when it could not be renewed for the time to live. That goes by this process's monotonic clock,
 * counted from when the last renewal that succeeded was sent, so it holds when no answer comes, and
 * when the process was paused and an old answer is all it finds. {@link Held#confirm} asks etcd in
 * addition, every time.
 *
 * <p><b>What this cannot do:</b> stop a write under way. A process that is paused after its check
 * ahead of the commit may commit when it goes on, though another has long taken over. What it
 * commits is one whole, verified backup under a name of its own; nothing is overwritten.
 *
 * <p>Give it an etcd that is none of those backed up: a cluster that is down could not be locked,
 * and the lock writes keys.
 *
 * <p>Thread-safe. To take a lock costs three requests, one when it is taken already; a confirmation
 * two; to give it back one. Connects when the first lock is asked for and keeps that connection
 * until {@link #close()}, or until a lock could not be asked for: then host names, passwords and
 * certificates are looked up anew the next time. One thread of its own renews, a daemon that ends
 * when nothing has been held for some seconds; up to 16 more, which end after a second, make
 * requests.
 */
public final class EtcdBackupLock implements BackupLock, AutoCloseable {
  private final EtcdConnection connection;
  private final String keyPrefix;
  private final Duration ttl;
  private final ScheduledThreadPoolExecutor timer;
  private final Set<HeldLease> held = ConcurrentHashMap.newKeySet();
  private @Nullable LockClient current; // guarded by this
  private boolean closed; // guarded by this

  private EtcdBackupLock(Builder builder) {
    this.connection = builder.connection;
    this.keyPrefix = builder.keyPrefix;
    this.ttl = builder.ttl;
    this.timer = new ScheduledThreadPoolExecutor(1, EtcdBackupLock::newThread);
    timer.setKeepAliveTime(5, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
  }

  /**
   * Returns a builder of a lock.
   *
   * @param connection how to reach the lock's etcd. With authentication on, the user needs to read
   *     and write the keys under the {@link Builder#keyPrefix}
   * @return the builder
   */
  public static Builder builder(EtcdConnection connection) {
    return new Builder(connection);
  }

  /**
   * Takes the lock if no other client holds it. Blocks for 10 seconds at most, or for the probe
   * timeout of the connection when that is shorter, 2 seconds more when it fails, and as long as it
   * takes to look up host names. The first call, and one after a failure, connects before that, for
   * as long at most or for the connect timeout when that is shorter, and then waits for one answer
   * of a member, for the probe timeout at most.
   *
   * @throws SourceException when etcd does not answer in time or refuses, with one line that says
   *     why, or when this was closed
   * @throws InterruptedIOException when the thread is interrupted, its interrupt status set
   */
  @Override
  public Optional<Held> tryAcquire(String project, Runnable onLoss) throws IOException {
    Objects.requireNonNull(project, "project");
    Objects.requireNonNull(onLoss, "onLoss");
    LockClient client = enter();
    try {
      Optional<LockClient.Grant> grant = client.tryLock(project, keyPrefix + project, ttl);
      if (grant.isEmpty()) {
        leave(client, false);
        return Optional.empty();
      }
      HeldLease lease = new HeldLease(project, client, grant.get(), onLoss, this::ended);
      held.add(lease);
      lease.renewBy(timer);
      return Optional.of(lease);
    } catch (InterruptedIOException e) {
      leave(client, false);
      throw e;
    } catch (IOException | RuntimeException e) {
      leave(client, true);
      throw e;
    }
  }

  /**
   * Ends the connection and the thread. To be called when the schedulers that use it were stopped:
   * locks that are still held are given back, and their holders are not notified but find them gone
   * when they confirm. Takes as long as {@link Held#close()} for each, and then nothing is left but
   * what gRPC keeps for a second. Closing again does nothing.
   */
  @Override
  public void close() {
    LockClient last;
    synchronized (this) {
      closed = true;
      last = current;
      current = null;
    }
    List.copyOf(held).forEach(HeldLease::close);
    timer.shutdownNow();
    if (last != null) {
      last.close();
    }
  }

  /** Names the endpoints. */
  @Override
  public String toString() {
    return "lock in " + connection;
  }

  private synchronized LockClient enter() throws IOException {
    if (closed) {
      throw new SourceException("the " + this + " was closed");
    }
    if (current == null) {
      current = LockClient.connect(connection, ttl);
    }
    current.users++;
    return current;
  }

  /** One user less. A client that failed is not used again; its last user closes it. */
  private synchronized void leave(LockClient client, boolean failed) {
    if (failed && current == client) {
      current = null;
    }
    client.users--;
    if (client.users == 0 && current != client) {
      client.close();
    }
  }

  private void ended(HeldLease lease) {
    held.remove(lease);
    leave(lease.client(), false);
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "etcd-backup-lock");
    thread.setDaemon(true);
    return thread;
  }

  /** Settings of a lock. Not thread-safe. */
  public static final class Builder {
    private static final Duration SHORTEST = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final EtcdConnection connection;
    private Duration ttl = Duration.ofSeconds(15);
    private String keyPrefix = "/etcd-backup/lock/";

    private Builder(EtcdConnection connection) {
      this.connection = Objects.requireNonNull(connection, "connection");
    }

    /**
     * After what time a holder that is dead, paused or cut off has lost its lock. Another scheduler
     * takes over within this time and one second. A holder that cannot reach etcd for this long
     * gives its backup up. Default: 15 seconds.
     *
     * @param ttl whole seconds, 2 seconds to 1 hour; etcd raises what is less than one and a half
     *     of its election timeouts
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
     * What the keys begin with: the same for all that are to exclude one another. The project
     * follows as it is. Default: {@code /etcd-backup/lock/}.
     *
     * @param keyPrefix one character or more
     * @return this
     * @throws IllegalArgumentException when it is empty
     */
    public Builder keyPrefix(String keyPrefix) {
      if (keyPrefix.isEmpty()) {
        throw new IllegalArgumentException("keyPrefix must be one character or more, not none");
      }
      this.keyPrefix = keyPrefix;
      return this;
    }

    /**
     * Builds the lock. Connects to nothing.
     *
     * @return the lock
     */
    public EtcdBackupLock build() {
      return new EtcdBackupLock(this);
    }
  }
}
