package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.StatusResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import java.io.Closeable;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One address of a cluster, with a channel of its own and the user logged in there. */
final class EtcdMember implements Closeable {
  /** Where etcd looks for the token of a user. */
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

  private static final int LEAST_READ = 64; // bytes, as Netty's own
  private static final int FIRST_READ = 2048;
  private static final int MOST_READ = 256 << 10;

  private final EtcdConnection.Address address;
  private final EtcdConnection.@Nullable Login login;
  private final Duration connectTimeout;
  private final ManagedChannel channel;
  private final Channel intercepted;
  private volatile @Nullable Channel ready; // connected, the user logged in

  private EtcdMember(
      EtcdConnection.Address address,
      EtcdConnection.Settings settings,
      Duration connectTimeout,
      ManagedChannel channel) {
    this.address = address;
    this.login = settings.login();
    this.connectTimeout = connectTimeout;
    this.channel = channel;
    this.intercepted = ClientInterceptors.intercept(channel, settings.interceptors());
  }

  /**
   * Makes the channel; nothing goes over the network yet.
   *
   * @throws SourceException when the settings cannot be read or do not go with the endpoint
   */
  static EtcdMember of(EtcdConnection connection, EtcdConnection.Address address)
      throws SourceException {
    try {
      return make(connection, address);
    } catch (LinkageError e) {
      throw GrpcLibraries.failure(e);
    }
  }

  private static EtcdMember make(EtcdConnection connection, EtcdConnection.Address address)
      throws SourceException {
    EtcdConnection.Settings settings = connection.settings(address.endpoint(), address.name());
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress(address.socket());
    String authority = connection.authority();
    builder.overrideAuthority(
        authority == null ? Endpoints.authority(address.endpoint()) : authority);
    if (settings.tls() == null) {
      builder.usePlaintext();
    } else {
      builder.sslContext(settings.tls());
    }
    readMoreAtOnce(builder);
    return new EtcdMember(address, settings, connection.connectTimeout(), builder.build());
  }

  /**
   * Lets Netty read up to 256 KiB at once, where its default is 64 KiB: a snapshot is received by
   * fewer calls of the system.
   */
  @SuppressWarnings("deprecation") // the option's name in Netty 4.1; 4.2 has it beside its own
  private static void readMoreAtOnce(NettyChannelBuilder builder) {
    builder.withOption(
        ChannelOption.RCVBUF_ALLOCATOR,
        new AdaptiveRecvByteBufAllocator(LEAST_READ, FIRST_READ, MOST_READ));
  }

  URI endpoint() {
    return address.endpoint();
  }

  /** What to call it in messages. */
  String name() {
    return address.name();
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
   * @param timeout how long it may take, not counting the time to connect and to log in, which each
   *     take at most as long
   * @throws StatusRuntimeException when it does not answer; interrupting cancels the call
   */
  <A, B> B call(MethodDescriptor<A, B> method, A request, Duration timeout) {
    return ClientCalls.blockingUnaryCall(ready(timeout), method, within(timeout), request);
  }

  /** Starts a snapshot; see {@link SnapshotCall#begin}. */
  SnapshotCall snapshot(CallDeadlines limits) throws SourceException {
    return SnapshotCall.begin(endpoint(), ready(limits.timeout()), CallOptions.DEFAULT, limits);
  }

  /**
   * Connects and logs in, if that was not done yet.
   *
   * @param timeout how long either may take
   * @return for calls of any kind
   * @throws StatusRuntimeException when it is not possible; interrupting ends the wait
   */
  Channel ready(Duration timeout) {
    Channel known = ready;
    if (known != null) {
      return known;
    }
    connect(timeout);
    Channel made = login == null ? intercepted : loggedIn(login, timeout);
    ready = made;
    return made;
  }

  /**
   * Waits until the channel is connected or has failed, which the next call then reports.
   *
   * @param timeout how long at most, if that is less than the connection's own limit
   * @throws StatusRuntimeException when it is neither in time; interrupting ends the wait
   */
  void connect(Duration timeout) {
    Duration limit = timeout.compareTo(connectTimeout) < 0 ? timeout : connectTimeout;
    // Loads most of gRPC's classes when it is the first of a process: the time begins after that.
    ConnectivityState state = channel.getState(true);
    long end = System.nanoTime() + limit.toNanos();
    while (state == ConnectivityState.IDLE || state == ConnectivityState.CONNECTING) {
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      try {
        if (!changed.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          throw Status.DEADLINE_EXCEEDED
              .withDescription(EtcdStatus.NO_ANSWER + CallDeadlines.text(limit))
              .asRuntimeException();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw Status.CANCELLED.withDescription("interrupted").withCause(e).asRuntimeException();
      }
      state = channel.getState(true);
    }
  }

  private Channel loggedIn(EtcdConnection.Login user, Duration timeout) {
    AuthenticateRequest request =
        AuthenticateRequest.newBuilder().setName(user.user()).setPassword(user.password()).build();
    String token =
        ClientCalls.blockingUnaryCall(
                intercepted, AuthGrpc.getAuthenticateMethod(), within(timeout), request)
            .getToken();
    Metadata header = new Metadata();
    header.put(TOKEN, token);
    return ClientInterceptors.intercept(
        intercepted, MetadataUtils.newAttachHeadersInterceptor(header));
  }

  private static CallOptions within(Duration timeout) {
    return CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Ends all calls and the connection. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
