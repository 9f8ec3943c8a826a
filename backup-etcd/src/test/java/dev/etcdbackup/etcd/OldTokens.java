package dev.etcdbackup.etcd;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import io.etcd.jetcd.Client;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests as etcd does that has {@code --auth-token jwt}: those of who logged in before
 * users or roles were changed.
 */
final class OldTokens {
  private final AtomicInteger revision = new AtomicInteger();

  void changeUsers() {
    revision.incrementAndGet();
  }

  EtcdConnection to(EtcdServer etcd) {
    return JetcdConnection.builder(
            etcd.endpoints(),
            () -> Client.builder().interceptors(List.of(new LoggedInAt(revision.get()))))
        .build();
  }

  private final class LoggedInAt implements ClientInterceptor {
    private final int at;

    LoggedInAt(int at) {
      this.at = at;
    }

    @Override
    public <A, B> ClientCall<A, B> interceptCall(
        MethodDescriptor<A, B> method, CallOptions options, Channel next) {
      return at == revision.get() ? next.newCall(method, options) : new Refused<>();
    }
  }

  private static final class Refused<A, B> extends ClientCall<A, B> {
    @Override
    public void start(Listener<B> listener, Metadata headers) {
      listener.onClose(
          Status.INVALID_ARGUMENT.withDescription("etcdserver: revision of auth store is old"),
          new Metadata());
    }

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
