package dev.etcdbackup.etcd;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of a live etcd cluster.
 *
 * <p>Each {@link #open()} asks all addresses of all endpoints at once who they are, and streams
 * from the member with the highest revision, the first of the list when several have it. Addresses
 * that do not answer are passed over, and so are learners, which may lag. Endpoints of different
 * clusters are refused. All requests are answered by the asked member alone and write nothing.
 *
 * <p>The snapshot is read as fast as its reader takes it: about 1 MiB is on its way or unread at
 * any time, outside the heap. On the heap an open snapshot takes some 200 KiB, and up to 8 MiB more
 * for databases of very many pages (for what {@link dev.etcdbackup.SnapshotDigest#revision()}
 * costs, 20 KiB a GiB as a rule). Its digest holds the exact revision, as {@code etcdctl snapshot
 * status} prints it: 0 for a cluster that never held a key.
 *
 * <p>With authentication on, etcd gives snapshots to users with the {@code root} role only.
 *
 * <p>Immutable and thread-safe. Holds no connection of its own: {@link #open()} makes them, and
 * closing the snapshot ends them; so does every failure.
 */
public final class EtcdSnapshotSource implements SnapshotSource {
  private static final Logger LOG = LoggerFactory.getLogger(EtcdSnapshotSource.class);

  private final EtcdConnection connection;
  private final Duration timeout;
  private final Duration noProgressTimeout;

  private EtcdSnapshotSource(Builder builder) {
    this.connection = builder.connection;
    this.timeout = builder.timeout;
    this.noProgressTimeout = builder.noProgressTimeout;
  }

  /**
   * Returns a builder of a source for a cluster.
   *
   * @param connection how to reach it
   * @return the builder
   */
  public static Builder builder(EtcdConnection connection) {
    return new Builder(connection);
  }

  /**
   * Starts a snapshot. Takes as long as the members need to answer who they are, and then until the
   * first bytes arrive, at most the {@link Builder#noProgressTimeout}. A member that does not
   * answer delays this by the connection's {@linkplain EtcdConnection.Builder#connectTimeout
   * connect} and {@linkplain EtcdConnection.Builder#probeTimeout probe} timeouts when no other
   * member answers, and by 5 seconds when one does. One request to each address, two to the chosen
   * one, one more to each with a user.
   *
   * @throws SourceException when no endpoint can be used, with the reason for each; when they are
   *     of different clusters; when etcd refuses the snapshot; or when the thread is interrupted,
   *     its interrupt status set. Nothing is left open
   */
  @Override
  public Snapshot open() throws SourceException {
    CallDeadlines limits = CallDeadlines.from(timeout, noProgressTimeout);
    try (MemberProbe probe = new MemberProbe(connection, limits)) {
      MemberProbe.Answer chosen = probe.choose();
      EtcdMember member = chosen.member();
      if (chosen.isCorrupt()) {
        LOG.warn(
            "{}: etcd has raised the alarm CORRUPT for this member, and no other provides a"
                + " snapshot; compare this backup with an earlier one before you restore it",
            chosen.name());
      }
      Snapshot snapshot = new MemberSnapshot(chosen.info(), member, member.snapshot(limits));
      probe.release(member);
      return snapshot;
    } catch (StatusRuntimeException e) {
      throw new SourceException(
          "no member provides a snapshot: " + limits.explain(e.getStatus()), e);
    } catch (LinkageError e) {
      throw GrpcLibraries.failure(e);
    }
  }

  /** Names the endpoints. */
  @Override
  public String toString() {
    return connection.toString();
  }

  /** Settings of a source. For one thread. */
  public static final class Builder {
    private final EtcdConnection connection;
    private Duration timeout = Duration.ofMinutes(10);
    private Duration noProgressTimeout = Duration.ofSeconds(30);

    private Builder(EtcdConnection connection) {
      this.connection = Objects.requireNonNull(connection, "connection");
    }

    /**
     * How long a snapshot may take from {@code open()} to its last byte, the time its reader takes
     * included. Default: 10 minutes.
     *
     * @param timeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder timeout(Duration timeout) {
      this.timeout = EtcdConnection.requireWithin("timeout", timeout);
      return this;
    }

    /**
     * How long a read waits for the next byte before it gives the member up. Time in which nothing
     * is read does not count. Default: 30 seconds.
     *
     * @param noProgressTimeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder noProgressTimeout(Duration noProgressTimeout) {
      this.noProgressTimeout = EtcdConnection.requireWithin("noProgressTimeout", noProgressTimeout);
      return this;
    }

    /**
     * Builds the source. Connects to nothing.
     *
     * @return the source
     */
    public EtcdSnapshotSource build() {
      return new EtcdSnapshotSource(this);
    }
  }
}
