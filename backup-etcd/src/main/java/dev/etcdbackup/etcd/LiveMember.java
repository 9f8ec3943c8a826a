package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.LiveHash;
import dev.etcdbackup.snapshot.Revision;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.HashKVResponse;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.StatusRequest;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A member of a running cluster, with which a snapshot is compared by {@link
 * dev.etcdbackup.snapshot.EtcdSnapshot#compareWithLive}.
 *
 * <p>The member answers for itself, without a quorum, and writes nothing. With authentication on,
 * etcd answers any user before 3.6, and those with the {@code root} role only from 3.6 on.
 *
 * <p>Thread-safe. Holds a connection until it is closed.
 */
public final class LiveMember implements LiveHash, Closeable {
  private final EtcdConnection connection;
  private final List<EtcdConnection.Address> addresses;
  private final Duration timeout;
  private int at; // guarded by this
  private boolean answered; // guarded by this
  private @Nullable EtcdMember member; // guarded by this
  private boolean closed; // guarded by this

  private LiveMember(
      EtcdConnection connection, List<EtcdConnection.Address> addresses, Duration timeout) {
    this.connection = connection;
    this.addresses = addresses;
    this.timeout = timeout;
  }

  /**
   * Makes ready to ask. Looks the host name up, and connects to nothing yet.
   *
   * @param connection how to reach the member: its only endpoint. Of several addresses the first
   *     one that can be connected to is used for all calls
   * @param timeout how long each answer may take, more than 0, at most 365 days; a member hashes
   *     some 100 MiB to 1 GiB a second
   * @return the member, to be closed
   * @throws IllegalArgumentException when there is more than one endpoint, or the timeout is out of
   *     range
   * @throws SourceException when the host name does not resolve, or the settings cannot be read or
   *     do not go with the endpoint
   */
  public static LiveMember of(EtcdConnection connection, Duration timeout) throws SourceException {
    EtcdConnection.requireWithin("timeout", timeout);
    if (connection.endpoints().size() != 1) {
      throw new IllegalArgumentException(
          "a member has one endpoint, not " + connection.endpoints());
    }
    LiveMember live =
        new LiveMember(connection, connection.addresses(connection.endpoints().get(0)), timeout);
    live.current(); // what is wrong with the settings is found here
    return live;
  }

  /**
   * Asks for {@code HashKV}. Interrupting the thread ends the wait.
   *
   * @throws SourceException when the member does not answer in time, or refuses
   */
  @Override
  public Optional<HashKv> hashKv(Revision revision) throws SourceException {
    HashKVRequest request =
        HashKVRequest.newBuilder().setRevision(revision.number().orElse(0)).build();
    try {
      HashKVResponse answer = ask(MaintenanceGrpc.getHashKVMethod(), request);
      long upTo = revision.number().orElse(answer.getHeader().getRevision());
      return Optional.of(
          new HashKv(answer.getHash() & 0xffffffffL, upTo, answer.getCompactRevision()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE) {
        return Optional.empty();
      }
      throw failed(e, "HashKV needs the root role");
    }
  }

  /**
   * Asks for the member's own id.
   *
   * @return the id, as etcd made it of its name, peer URLs and the cluster's token
   * @throws SourceException when the member does not answer in time, or refuses
   */
  public long id() throws SourceException {
    try {
      return ask(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance())
          .getHeader()
          .getMemberId();
    } catch (StatusRuntimeException e) {
      throw failed(e, "the status needs no role");
    }
  }

  /**
   * Counts the keys that the cluster holds.
   *
   * @param revision as of which revision
   * @return the number of keys
   * @throws SourceException when the member does not answer in time, or refuses
   */
  public long countKeys(Revision revision) throws SourceException {
    RangeRequest all =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFrom(new byte[1]))
            .setRangeEnd(ByteString.copyFrom(new byte[1]))
            .setRevision(revision.number().orElse(0))
            .setCountOnly(true)
            .build();
    return call(KVGrpc.getRangeMethod(), all).getCount();
  }

  /**
   * Writes a key, reads it back and deletes it.
   *
   * @param key the key, which is overwritten if there is one
   * @throws SourceException when the member does not answer in time or refuses, or when it does not
   *     return what was written; the key may be left behind
   */
  public void checkWrites(String key) throws SourceException {
    ByteString name = ByteString.copyFromUtf8(key);
    ByteString value = ByteString.copyFromUtf8("written by etcd-backup");
    call(KVGrpc.getPutMethod(), PutRequest.newBuilder().setKey(name).setValue(value).build());
    boolean same =
        call(KVGrpc.getRangeMethod(), RangeRequest.newBuilder().setKey(name).build())
            .getKvsList()
            .stream()
            .anyMatch(one -> one.getValue().equals(value));
    DeleteRangeRequest delete = DeleteRangeRequest.newBuilder().setKey(name).build();
    if (!same || call(KVGrpc.getDeleteRangeMethod(), delete).getDeleted() != 1) {
      throw new SourceException(name() + " does not return what was written", null);
    }
  }

  private <A, B> B call(MethodDescriptor<A, B> method, A request) throws SourceException {
    try {
      return ask(method, request);
    } catch (StatusRuntimeException e) {
      throw failed(e, "the user needs READWRITE on its keys");
    }
  }

  /** Calls the member; until it answered once, at one address after the other. */
  private <A, B> B ask(MethodDescriptor<A, B> method, A request) throws SourceException {
    while (true) {
      EtcdMember asked = current();
      try {
        B answer = asked.call(method, request, timeout);
        stayHere();
        return answer;
      } catch (StatusRuntimeException e) {
        if (!LiveConnection.isOfThisMember(e.getStatus()) || !goOnFrom(asked)) {
          throw e;
        }
      } catch (LinkageError e) {
        throw GrpcLibraries.failure(e);
      }
    }
  }

  private synchronized EtcdMember current() throws SourceException {
    if (closed) {
      throw new SourceException(name() + ": the connection was closed");
    }
    if (member == null) {
      member = EtcdMember.of(connection, addresses.get(at));
    }
    return member;
  }

  private synchronized void stayHere() {
    answered = true;
  }

  /** Whether another address is to be asked now. */
  private synchronized boolean goOnFrom(EtcdMember failed) {
    if (member != failed) {
      return true;
    }
    if (closed || answered || at + 1 == addresses.size()) {
      return false;
    }
    failed.close();
    member = null;
    at++;
    return true;
  }

  private synchronized String name() {
    return addresses.get(at).name();
  }

  private SourceException failed(StatusRuntimeException e, String needed) {
    String late = EtcdStatus.NO_ANSWER + CallDeadlines.text(timeout);
    return new SourceException(name() + ": " + EtcdStatus.explain(e.getStatus(), late, needed), e);
  }

  /**
   * Ends the connection. A call in progress and every later one throw {@link SourceException}.
   * Closing again does nothing.
   */
  @Override
  public synchronized void close() {
    closed = true;
    if (member != null) {
      member.close();
    }
  }

  /** Names the endpoint. */
  @Override
  public String toString() {
    return "etcd at " + name();
  }
}
