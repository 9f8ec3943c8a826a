package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.snapshot.HashKv;
import dev.etcdbackup.snapshot.Lease;
import io.etcd.jetcd.api.HashKVRequest;
import io.etcd.jetcd.api.HashKVResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseTimeToLiveRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The one member whose changes are recorded, and what it is asked beside its events. */
final class RecordedMember implements Closeable {
  private static final MethodDescriptor<byte[], byte[]> LEASES =
      bare("etcdserverpb.Lease/LeaseLeases");
  private static final MethodDescriptor<byte[], byte[]> AUTH_STATUS =
      bare("etcdserverpb.Auth/AuthStatus");

  /** What {@link #authRevision} returns when the member cannot say. */
  static final long UNKNOWN = -1;

  /** What a user needs who is denied. */
  static final String NEEDED = "recording changes needs the root role";

  private final EtcdMember member;
  private final Duration timeout;
  private final Map<Long, Long> ttlSeconds = new TreeMap<>();

  private RecordedMember(EtcdMember member, Duration timeout) {
    this.member = member;
    this.timeout = timeout;
  }

  /**
   * Connects to a member.
   *
   * @param id the member's; 0 for the first one that answers and has a vote and a leader
   * @throws ChainEndedException when all addresses answer and none is this member
   * @throws SourceException when that is not known
   */
  static RecordedMember find(EtcdConnection connection, long id, Duration timeout)
      throws SourceException, ChainEndedException {
    List<String> problems = new ArrayList<>();
    for (EtcdConnection.Address address : LiveConnection.all(connection)) {
      EtcdMember member = EtcdMember.of(connection, address);
      try {
        StatusResponse status = member.status(timeout);
        boolean voter = !status.getIsLearner();
        boolean wanted = id == 0 ? voter : status.getHeader().getMemberId() == id;
        if (wanted && (id != 0 || status.getLeader() != 0)) {
          return new RecordedMember(member, timeout);
        } else if (wanted) {
          problems.add(address.name() + ": has no leader");
        }
      } catch (StatusRuntimeException e) {
        problems.add(address.name() + ": " + explain(e, timeout));
      }
      member.close();
    }
    String wanted = id == 0 ? "a member with a vote" : "the member " + Long.toHexString(id);
    if (id != 0 && problems.isEmpty()) {
      throw new ChainEndedException(wanted + " is no longer among the endpoints");
    }
    throw new SourceException(wanted + " does not answer: " + String.join("; ", problems));
  }

  EtcdMember member() {
    return member;
  }

  StatusResponse status() throws SourceException {
    return ask(() -> member.status(timeout));
  }

  /** The revision of users and roles; {@link #UNKNOWN} before 3.5, which does not report it. */
  long authRevision() throws SourceException {
    byte[] answer;
    try {
      answer = member.call(AUTH_STATUS, new byte[0], timeout);
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        return UNKNOWN;
      }
      throw failure(e);
    }
    List<Long> revision = fields(answer).getField(3).getVarintList();
    return revision.isEmpty() ? 0 : revision.get(0);
  }

  /**
   * The leases with the times that they were granted.
   *
   * @param referred those that events refer to; they are included although they have ended, with 0
   *     when their time is not known
   */
  List<Lease> leases(Set<Long> referred) throws SourceException {
    byte[] answer = ask(() -> member.call(LEASES, new byte[0], timeout));
    Set<Long> ids = new TreeSet<>(referred);
    for (ByteString lease : fields(answer).getField(2).getLengthDelimitedList()) {
      ids.addAll(fields(lease.toByteArray()).getField(1).getVarintList());
    }
    ttlSeconds.keySet().retainAll(ids);
    List<Lease> leases = new ArrayList<>(ids.size());
    for (long id : ids) {
      if (!ttlSeconds.containsKey(id)) {
        long granted = granted(id);
        if (granted > 0) {
          ttlSeconds.put(id, granted);
        }
      }
      leases.add(new Lease(id, ttlSeconds.getOrDefault(id, 0L), 0));
    }
    return leases;
  }

  private long granted(long id) throws SourceException {
    LeaseTimeToLiveRequest request = LeaseTimeToLiveRequest.newBuilder().setID(id).build();
    return ask(() -> member.call(LeaseGrpc.getLeaseTimeToLiveMethod(), request, timeout))
        .getGrantedTTL();
  }

  /** HashKV at a revision; empty when that was compacted, or the answer would not be exact. */
  Optional<HashKv> hash(long revision) throws SourceException {
    HashKVRequest request = HashKVRequest.newBuilder().setRevision(revision).build();
    try {
      HashKVResponse answer =
          member.call(MaintenanceGrpc.getHashKVMethod(), request, timeout.multipliedBy(10));
      long compacted = answer.getCompactRevision();
      return compacted < revision
          ? Optional.of(new HashKv(Integer.toUnsignedLong(answer.getHash()), revision, compacted))
          : Optional.empty();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.OUT_OF_RANGE
          || e.getStatus().getCode() == Status.Code.UNKNOWN) {
        return Optional.empty(); // compacted meanwhile
      }
      throw failure(e);
    }
  }

  /** A request. */
  private interface Request<T> {
    T call();
  }

  private <T> T ask(Request<T> request) throws SourceException {
    try {
      return request.call();
    } catch (StatusRuntimeException e) {
      throw failure(e);
    } catch (LinkageError e) {
      throw GrpcLibraries.failure(e);
    }
  }

  private SourceException failure(StatusRuntimeException e) {
    return new SourceException(member.name() + ": " + explain(e, timeout), e);
  }

  private static String explain(StatusRuntimeException e, Duration timeout) {
    String late = EtcdStatus.NO_ANSWER + CallDeadlines.text(timeout);
    return EtcdStatus.explain(e.getStatus(), late, NEEDED);
  }

  private UnknownFieldSet fields(byte[] message) throws SourceException {
    try {
      return UnknownFieldSet.parseFrom(message);
    } catch (InvalidProtocolBufferException e) {
      throw new SourceException(member.name() + " sent what is no answer of etcd", e);
    }
  }

  /** A call that jetcd's classes do not have, with messages as bytes. */
  private static MethodDescriptor<byte[], byte[]> bare(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(name)
        .setRequestMarshaller(new Bytes())
        .setResponseMarshaller(new Bytes())
        .build();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    member.close();
  }
}
