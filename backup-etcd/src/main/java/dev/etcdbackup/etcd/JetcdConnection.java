package dev.etcdbackup.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.ClientInterceptor;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Connections with the settings of a jetcd client, for applications that have one. This is the only
 * class that uses jetcd-core, which the application brings along.
 *
 * <p>Thread-safe; holds nothing.
 */
public final class JetcdConnection {
  private JetcdConnection() {}

  /**
   * Returns a builder of a connection with the user, password, TLS context, authority and interceptors of a jetcd
   * client builder. Its endpoints, namespace, retries and keep-alive settings do not apply.
   *
   * @param endpoints as for {@link EtcdConnection#builder(List)}
   * @param client returns the builder; called for each connection, so it may read passwords and
   *     certificates anew. The builder is not changed
   * @return the builder of a connection; its {@code tls} and {@code user} do not apply
   * @throws IllegalArgumentException as {@link EtcdConnection#builder(List)} does
   */
  public static EtcdConnection.Builder builder(
      List<URI> endpoints, Supplier<ClientBuilder> client) {
    Objects.requireNonNull(client, "client");
    return EtcdConnection.builder(endpoints)
        .settings(
            () -> settings(Objects.requireNonNull(client.get(), "the supplier returned null")));
  }

  private static EtcdConnection.Settings settings(ClientBuilder client) {
    @Nullable ByteSequence user = client.user();
    @Nullable ByteSequence password = client.password();
    EtcdConnection.Login login =
        user == null || password == null
            ? null
            : new EtcdConnection.Login(text(user), text(password));
    @Nullable List<ClientInterceptor> interceptors = client.interceptors();
    return new EtcdConnection.Settings(
        client.sslContext(), login, interceptors == null ? List.of() : List.copyOf(interceptors));
  }

  private static String text(ByteSequence bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
