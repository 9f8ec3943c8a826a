package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.Closeable;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A running cluster, by way of one member after the other: when one does not answer, or no longer
 * knows who we are, the same request goes to the next. So requests must be such as can be made
 * twice. For one thread.
 */
final class LiveConnection implements Closeable {
  private final List<URI> endpoints;
  private final Supplier<ClientBuilder> client;
  private final Duration timeout;
  private int at;
  private @Nullable EtcdMember member;

  LiveConnection(List<URI> endpoints, Supplier<ClientBuilder> client, Duration timeout) {
    this.endpoints = endpoints;
    this.client = client;
    this.timeout = timeout;
  }

  /**
   * Makes a request, of each member twice at most.
   *
   * @throws SourceException when no member answers, or the settings are wrong
   * @throws StatusRuntimeException when etcd refuses
   */
  <A, B> B call(MethodDescriptor<A, B> method, A request) throws SourceException {
    for (int attempt = 1; ; attempt++) {
      if (member == null) {
        member = EtcdMember.of(endpoints.get(at), client);
      }
      try {
        return member.call(method, request, timeout);
      } catch (StatusRuntimeException e) {
        if (!isOfThisMember(e.getStatus()) || attempt == 2 * endpoints.size()) {
          throw e;
        }
        member.close();
        member = null;
        at = (at + 1) % endpoints.size();
      }
    }
  }

  /** What a refusal, or the silence of the last member, means. */
  String explain(StatusRuntimeException e) {
    String late = "no answer within " + CallDeadlines.text(timeout);
    String needed = "the user needs READWRITE on the keys that are restored";
    return endpoints.get(at) + ": " + EtcdStatus.explain(e.getStatus(), late, needed);
  }

  private static boolean isOfThisMember(Status status) {
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED -> true;
      case UNAUTHENTICATED -> String.valueOf(status.getDescription()).contains("token");
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
