package dev.etcdbackup.etcd;

import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotInfo;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Snapshots of a live etcd cluster.
 *
 * <p>Each {@link #open()} asks all endpoints at once who they are, and streams from the member with
 * the highest revision, the first of the list when several have it. Endpoints that do not answer
 * are passed over, and so are learners, which may lag. Endpoints of different clusters are refused.
 * All requests are answered by the asked member alone and write nothing.
 *
 * <p>The snapshot is read as fast as its reader takes it: about 1 MiB is on its way or unread at
 * any time, outside the heap. On the heap an open snapshot takes some 200 KiB, and up to 8 MiB more
 * for databases of very many pages (for what {@link dev.etcdbackup.SnapshotDigest#revision()}
 * costs, 20 KiB a GiB as a rule). Its proof holds the exact revision, as {@code etcdctl snapshot
 * status} prints it: 0 for a cluster that never held a key.
 *
 * <p>With authentication on, etcd gives snapshots to users with the {@code root} role only.
 *
 * <p>Immutable and thread-safe. Holds no connection of its own: {@link #open()} makes them, and
 * closing the snapshot ends them; so does every failure.
 */
public final class EtcdSnapshotSource implements SnapshotSource {
  private final List<URI> endpoints;
  private final Supplier<ClientBuilder> client;
  private final Duration timeout;
  private final Duration noProgressTimeout;
  private final Duration probeTimeout;

  private EtcdSnapshotSource(Builder builder) {
    this.endpoints = builder.endpoints;
    this.client = builder.client;
    this.timeout = builder.timeout;
    this.noProgressTimeout = builder.noProgressTimeout;
    this.probeTimeout = builder.probeTimeout;
  }

  /**
   * Begins a source for a cluster.
   *
   * @param endpoints the members' client URLs, {@code http://10.0.0.1:2379} say, one or more.
   *     {@code https} means TLS: with the settings of {@link Builder#client}, or trusting what the
   *     Java runtime trusts
   * @return the builder
   * @throws IllegalArgumentException when there is none, or one is not {@code http://HOST:PORT} or
   *     {@code https://HOST:PORT}, naming it
   */
  public static Builder builder(List<URI> endpoints) {
    return new Builder(endpoints.stream().map(Endpoints::require).toList());
  }

  /**
   * Begins a source for a cluster whose endpoints are text.
   *
   * @param endpoints as for {@link #builder(List)}
   * @return the builder
   * @throws IllegalArgumentException as for {@link #builder(List)}; {@code 127.0.0.1:2379} is not
   *     enough
   */
  public static Builder builder(String... endpoints) {
    return new Builder(Stream.of(endpoints).map(Endpoints::parse).toList());
  }

  /**
   * Begins a snapshot. Takes as long as the slowest endpoint needs to answer, at most the {@link
   * Builder#probeTimeout}, and then until the first bytes arrive, at most the {@link
   * Builder#noProgressTimeout}. One request to each endpoint, two to the chosen one, one more to
   * each with a user.
   *
   * @throws SourceException when no endpoint can be used, with the reason for each; when they are
   *     of different clusters; when etcd refuses the snapshot; or when the thread is interrupted,
   *     its interrupt status set. Nothing is left open
   */
  @Override
  public Snapshot open() throws SourceException {
    CallDeadlines limits = CallDeadlines.from(timeout, noProgressTimeout);
    List<EtcdMember> toClose = new ArrayList<>();
    try {
      for (URI endpoint : endpoints) {
        toClose.add(EtcdMember.of(endpoint, client));
      }
      Probe chosen = Probe.choose(Probe.all(toClose, limits, probeTimeout));
      SnapshotInfo info = chosen.info();
      Snapshot snapshot =
          new MemberSnapshot(info, chosen.member(), chosen.member().snapshot(limits));
      toClose.remove(chosen.member());
      return snapshot;
    } finally {
      toClose.forEach(EtcdMember::close);
    }
  }

  /** Names the endpoints. */
  @Override
  public String toString() {
    return "etcd at " + endpoints;
  }

  /** Settings of a source. Not thread-safe. */
  public static final class Builder {
    private static final Duration LONGEST = Duration.ofDays(365);

    private final List<URI> endpoints;
    private Supplier<ClientBuilder> client = Client::builder;
    private Duration timeout = Duration.ofMinutes(10);
    private Duration noProgressTimeout = Duration.ofSeconds(30);
    private Duration probeTimeout = Duration.ofSeconds(5);

    private Builder(List<URI> endpoints) {
      if (endpoints.isEmpty()) {
        throw new IllegalArgumentException("etcd endpoints must be one or more, not none");
      }
      this.endpoints = endpoints;
    }

    /**
     * How to talk to the cluster: user, password, TLS (see {@link EtcdTls}), keep-alive,
     * interceptors. Asked once for each endpoint at each {@link EtcdSnapshotSource#open()}, so it
     * may read passwords and certificates anew. What it returns is copied and not changed;
     * endpoints, retries and wait-for-ready set in it do not count. Default: {@link
     * Client#builder()} as it is.
     *
     * @param client gives a builder; what it throws {@code open()} throws as the cause of a {@link
     *     SourceException}
     * @return this
     */
    public Builder client(Supplier<ClientBuilder> client) {
      this.client = Objects.requireNonNull(client, "client");
      return this;
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
      this.timeout = requireWithin("timeout", timeout);
      return this;
    }

    /**
     * How long a read waits for the next byte before it gives the member up. Time in which nobody
     * reads does not count. Default: 30 seconds.
     *
     * @param noProgressTimeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder noProgressTimeout(Duration noProgressTimeout) {
      this.noProgressTimeout = requireWithin("noProgressTimeout", noProgressTimeout);
      return this;
    }

    /**
     * How long endpoints have to say who they are, all at the same time. Default: 5 seconds.
     *
     * @param probeTimeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder probeTimeout(Duration probeTimeout) {
      this.probeTimeout = requireWithin("probeTimeout", probeTimeout);
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

    private static Duration requireWithin(String what, Duration value) {
      if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
        throw new IllegalArgumentException(
            what + " must be more than 0 and at most 365 days, not " + value);
      }
      return value;
    }
  }
}
