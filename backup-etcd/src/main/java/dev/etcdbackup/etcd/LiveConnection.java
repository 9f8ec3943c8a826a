package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.Closeable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A running cluster, through one address after the other: when one does not answer, or no longer
 * accepts the token of the user, the same request goes to the next. So requests must be such as can
 * be made twice. For one thread.
 */
final class LiveConnection implements Closeable {
  private final EtcdConnection connection;
  private final Duration timeout;
  private final List<EtcdConnection.Address> addresses = new ArrayList<>();
  private int at;
  private @Nullable EtcdMember member;
  private boolean repeated;

  LiveConnection(EtcdConnection connection, Duration timeout) {
    this.connection = connection;
    this.timeout = timeout;
  }

  /**
   * Makes a request, of each address twice at most.
   *
   * @throws SourceException when no host name resolves, or the settings are wrong
   * @throws StatusRuntimeException when etcd refuses, or the last address did not answer
   */
  <A, B> B call(MethodDescriptor<A, B> method, A request) throws SourceException {
    if (addresses.isEmpty()) {
      addresses.addAll(all(connection));
    }
    for (int attempt = 1; ; attempt++) {
      if (member == null) {
        member = EtcdMember.of(connection, addresses.get(at));
      }
      repeated = attempt > 1;
      try {
        return member.call(method, request, timeout);
      } catch (StatusRuntimeException e) {
        if (!isOfThisMember(e.getStatus()) || attempt == 2 * addresses.size()) {
          throw e;
        }
        member.close();
        member = null;
        at = (at + 1) % addresses.size();
      } catch (LinkageError e) {
        throw GrpcLibraries.failure(e);
      }
    }
  }

  /** Whether the last request was made more than once, so that it may have been served before. */
  boolean wasRepeated() {
    return repeated;
  }

  /** What a refusal, or the silence of the last address, means. */
  String explain(StatusRuntimeException e) {
    return explain(
        e,
        "the user needs READWRITE on the keys that are restored, and on all keys of their leases");
  }

  /**
   * What a refusal, or the silence of the last address, means.
   *
   * @param needed what a user needs who is denied
   */
  String explain(StatusRuntimeException e, String needed) {
    String late = EtcdStatus.NO_ANSWER + CallDeadlines.text(timeout);
    return addresses.get(at).name() + ": " + EtcdStatus.explain(e.getStatus(), late, needed);
  }

  /**
   * Looks up all endpoints.
   *
   * @throws SourceException when none resolves, naming the last
   */
  static List<EtcdConnection.Address> all(EtcdConnection connection) throws SourceException {
    List<EtcdConnection.Address> addresses = new ArrayList<>();
    @Nullable SourceException failure = null;
    for (URI endpoint : connection.endpoints()) {
      try {
        addresses.addAll(connection.addresses(endpoint));
      } catch (SourceException e) {
        failure = e;
      }
    }
    if (addresses.isEmpty() && failure != null) {
      throw failure;
    }
    return addresses;
  }

  /** Whether another member, or a new login, may answer where this one did not. */
  static boolean isOfThisMember(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
      case UNAUTHENTICATED -> String.valueOf(status.getDescription()).contains("token");
      case INVALID_ARGUMENT -> // the token, a JWT, is from before users or roles were changed
          String.valueOf(status.getDescription()).contains("revision of auth store is old");
      default -> false;
    };
  }

  @Override
  public void close() {
    if (member != null) {
      member.close();
    }
  }
}
