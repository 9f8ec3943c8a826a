package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.stub.ClientCalls;
import java.io.Closeable;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint: a jetcd client of its own, and the channel inside it.
 *
 * <p>jetcd hands out no channel, and its snapshot call cannot be cancelled and has no deadline. So
 * the first snapshot call it is asked for is caught before it leaves, by an interceptor, which sees
 * the channel and the credentials that jetcd would have used; all calls of ours go there.
 */
final class EtcdMember implements Closeable {
  private final URI endpoint;
  private final Client client;
  private final Channel channel;
  private final CallOptions options;

  private EtcdMember(URI endpoint, Client client, SnapshotTrap trap) {
    this.endpoint = endpoint;
    this.client = client;
    this.channel = trap.channel();
    this.options = trap.options().withoutWaitForReady();
  }

  /**
   * Makes the client; nothing goes over the network yet.
   *
   * @throws SourceException when the settings cannot be had or do not go with the endpoint
   */
  static EtcdMember of(URI endpoint, Supplier<ClientBuilder> settings) throws SourceException {
    SnapshotTrap trap = new SnapshotTrap();
    Client client = builder(List.of(endpoint), settings, trap).build();
    try {
      CompletableFuture<Long> unused =
          client.getMaintenanceClient().snapshot(OutputStream.nullOutputStream());
      return new EtcdMember(endpoint, client, trap);
    } catch (RuntimeException e) {
      client.close();
      throw e;
    }
  }

  /**
   * What the user set up, for these endpoints.
   *
   * @param last sees every call before all other interceptors
   * @throws SourceException when the settings cannot be had or do not go with the endpoints
   */
  static ClientBuilder builder(
      List<URI> endpoints, Supplier<ClientBuilder> settings, ClientInterceptor last)
      throws SourceException {
    String where = endpoints.stream().map(URI::toString).collect(Collectors.joining(", "));
    try {
      ClientBuilder template = Objects.requireNonNull(settings.get(), "the supplier returned null");
      ClientBuilder builder = template.copy().endpoints(endpoints);
      List<ClientInterceptor> interceptors = new ArrayList<>();
      if (builder.interceptors() != null) {
        interceptors.addAll(builder.interceptors());
      }
      interceptors.add(last); // the last one sees calls first
      builder.interceptors(interceptors);
      boolean tls = Endpoints.areTls(endpoints);
      if (tls && builder.sslContext() == null) {
        builder.sslContext(GrpcSslContexts.forClient().build());
      } else if (!tls && builder.sslContext() != null) {
        throw new SourceException(where + ": TLS is set, so the endpoint must be https://");
      }
      return builder;
    } catch (RuntimeException | SSLException e) {
      throw new SourceException(where + ": no client settings: " + e.getMessage(), e);
    }
  }

  URI endpoint() {
    return endpoint;
  }

  /**
   * Asks the member, and only it, who it is and where it stands. Needs no quorum and writes
   * nothing.
   *
   * @throws StatusRuntimeException when it does not answer; interrupting cancels the call
   */
  StatusResponse status(Duration timeout) {
    return call(MaintenanceGrpc.getStatusMethod(), StatusRequest.getDefaultInstance(), timeout);
  }

  /**
   * Calls the member and waits for its answer.
   *
   * @throws StatusRuntimeException when it does not answer; interrupting cancels the call
   */
  <A, B> B call(MethodDescriptor<A, B> method, A request, Duration timeout) {
    return ClientCalls.blockingUnaryCall(
        channel,
        method,
        options.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS),
        request);
  }

  /** Begins a snapshot; see {@link SnapshotCall#begin}. */
  SnapshotCall snapshot(CallDeadlines limits) throws SourceException {
    return SnapshotCall.begin(endpoint, channel, options, limits);
  }

  /** Ends all calls and the connection. */
  @Override
  public void close() {
    client.close();
  }

  /** Keeps what a snapshot call would have gone out with; lets all else, authentication, pass. */
  private static final class SnapshotTrap implements ClientInterceptor {
    private @Nullable Channel channel;
    private @Nullable CallOptions options;

    @Override
    public <A, B> ClientCall<A, B> interceptCall(
        MethodDescriptor<A, B> method, CallOptions callOptions, Channel next) {
      if (!method
          .getFullMethodName()
          .equals(MaintenanceGrpc.getSnapshotMethod().getFullMethodName())) {
        return next.newCall(method, callOptions);
      }
      channel = next;
      options = callOptions;
      return new NoCall<>();
    }

    Channel channel() {
      return caught(channel);
    }

    CallOptions options() {
      return caught(options);
    }

    private static <T> T caught(@Nullable T value) {
      if (value == null) {
        throw new IllegalStateException("this jetcd makes no snapshot call");
      }
      return value;
    }
  }

  /** A call that never leaves. */
  private static final class NoCall<A, B> extends ClientCall<A, B> {
    @Override
    public void start(Listener<B> listener, Metadata headers) {}

    @Override
    public void request(int messages) {}

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {}

    @Override
    public void halfClose() {}

    @Override
    public void sendMessage(A message) {}
  }
}
