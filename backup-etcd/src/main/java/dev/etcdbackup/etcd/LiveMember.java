package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.LiveHash;
import dev.etcdbackup.snapshot.Revision;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.HashKVResponse;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.Closeable;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A member of a running cluster that is asked what it holds, to be given to {@link
 * dev.etcdbackup.snapshot.EtcdSnapshot#compareWithLive}.
 *
 * <p>The member answers for itself, without a quorum, and writes nothing. With authentication on,
 * etcd answers any user before 3.6, and those with the {@code root} role only from 3.6 on.
 *
 * <p>Thread-safe. Holds a connection until it is closed.
 */
public final class LiveMember implements LiveHash, Closeable {
  private final EtcdMember member;
  private final Duration timeout;

  private LiveMember(EtcdMember member, Duration timeout) {
    this.member = member;
    this.timeout = timeout;
  }

  /**
   * Makes ready to ask. Connects to nothing yet.
   *
   * @param endpoint the member's client URL, {@code http://10.0.0.1:2379} say
   * @param client how to talk to it: user, password, TLS; asked once. What it returns is copied and
   *     not changed; endpoints, retries and wait-for-ready set in it do not count
   * @param timeout how long each answer may take; a member hashes some 100 MiB to 1 GiB a second
   * @return the member, to be closed
   * @throws IllegalArgumentException when the endpoint is not {@code http://HOST:PORT} or {@code
   *     https://HOST:PORT}, or the timeout is not more than 0
   * @throws SourceException when the settings cannot be had or do not go with the endpoint
   */
  public static LiveMember of(URI endpoint, Supplier<ClientBuilder> client, Duration timeout)
      throws SourceException {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be more than 0, not " + timeout);
    }
    return new LiveMember(EtcdMember.of(Endpoints.require(endpoint), client), timeout);
  }

  /**
   * Asks for {@code HashKV}. Interrupting the thread ends the wait.
   *
   * @throws SourceException when the member does not answer in time, or refuses
   */
  @Override
  public Optional<HashKv> hashKv(Revision revision) throws SourceException {
    try {
      HashKVResponse answer =
          member.call(
              MaintenanceGrpc.getHashKVMethod(),
              HashKVRequest.newBuilder().setRevision(revision.number().orElse(0)).build(),
              timeout);
      long upTo = revision.number().orElse(answer.getHeader().getRevision());
      return Optional.of(
          new HashKv(answer.getHash() & 0xffffffffL, upTo, answer.getCompactRevision()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE) {
        return Optional.empty();
      }
      throw new SourceException(
          member.endpoint()
              + ": "
              + EtcdStatus.explain(
                  e.getStatus(),
                  "no answer within " + CallDeadlines.text(timeout),
                  "HashKV needs the root role"),
          e);
    }
  }

  /** Ends the connection. */
  @Override
  public void close() {
    member.close();
  }

  /** Names the endpoint. */
  @Override
  public String toString() {
    return "etcd at " + member.endpoint();
  }
}
