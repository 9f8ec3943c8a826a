package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import dev.etcdbackup.internal.FailureText;
import io.grpc.ClientInterceptor;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How to reach an etcd cluster: its endpoints, TLS, user and time limits. It is given to whatever
 * talks to a running etcd: {@link EtcdSnapshotSource}, {@link EtcdBackupLock}, {@link LiveRestore}
 * and {@link LiveMember}.
 *
 * <p>Nothing is connected by this object. Each use makes connections of its own and closes them;
 * for each of them host names are looked up, and certificates, keys and the password are read,
 * anew. All addresses of a host name are tried, so that one name for several members, as a headless
 * service of Kubernetes has it, is enough.
 *
 * <p>gRPC logs by {@code java.util.logging}. What matters of it is in the exceptions, so that
 * {@code Logger.getLogger("io.grpc").setLevel(Level.SEVERE)} loses nothing; keep a reference to
 * that logger.
 *
 * <p>Immutable and thread-safe.
 */
public final class EtcdConnection {
  private static final Duration LONGEST = Duration.ofDays(365);

  private final List<URI> endpoints;
  private final Supplier<Settings> settings;
  private final @Nullable EtcdTls tls;
  private final @Nullable String authority;
  private final Duration connectTimeout;
  private final Duration probeTimeout;
  private final Resolver resolver;

  private EtcdConnection(Builder builder) {
    this.endpoints = builder.endpoints;
    this.settings =
        builder.settings != null
            ? builder.settings
            : reading(builder.tls, builder.user, builder.password);
    this.tls = builder.tls;
    this.authority = builder.authority;
    this.connectTimeout = builder.connectTimeout;
    this.probeTimeout = builder.probeTimeout;
    this.resolver = builder.resolver;
  }

  /** Looks host names up; an interface since tests have names of their own. */
  interface Resolver {
    InetAddress[] lookUp(String host) throws UnknownHostException;
  }

  /**
   * What is read anew for each connection.
   *
   * @param tls null when nothing is set: then {@code https} trusts what the Java runtime trusts
   * @param login null when there is no user
   * @param interceptors see the calls, the last one first
   */
  record Settings(
      @Nullable SslContext tls, @Nullable Login login, List<ClientInterceptor> interceptors) {}

  /** A user and a password; not a record, whose text would show them. */
  static final class Login {
    private final String user;
    private final String password;

    Login(String user, String password) {
      this.user = user;
      this.password = password;
    }

    String user() {
      return user;
    }

    String password() {
      return password;
    }
  }

  /**
   * One address at which a member may answer.
   *
   * @param endpoint the endpoint it belongs to
   * @param socket where to connect to
   * @param name what to call it in messages: the endpoint, and the address if there are several
   */
  record Address(URI endpoint, InetSocketAddress socket, String name) {}

  /**
   * A connection without TLS settings and without a user.
   *
   * @param endpoints as for {@link #builder(String...)}
   * @return the connection
   * @throws IllegalArgumentException as {@link #builder(String...)} does
   */
  public static EtcdConnection to(String... endpoints) {
    return builder(endpoints).build();
  }

  /**
   * A connection without TLS settings and without a user.
   *
   * @param endpoints as for {@link #builder(List)}
   * @return the connection
   * @throws IllegalArgumentException as {@link #builder(List)} does
   */
  public static EtcdConnection to(List<URI> endpoints) {
    return builder(endpoints).build();
  }

  /**
   * Returns a builder of a connection.
   *
   * @param endpoints the members' client URLs, for example {@code http://10.0.0.1:2379} or {@code
   *     https://[fd00::1]:2379}, one or more, all of them {@code http} or all {@code https}. {@code
   *     https} means TLS with the settings of {@link Builder#tls}, or trusting what the Java
   *     runtime trusts
   * @return the builder
   * @throws IllegalArgumentException when there is none, when one is not {@code http://HOST:PORT}
   *     or {@code https://HOST:PORT}, or when some are {@code http} and some {@code https}
   */
  public static Builder builder(List<URI> endpoints) {
    return new Builder(endpoints.stream().map(Endpoints::require).toList());
  }

  /**
   * Returns a builder of a connection whose endpoints are text.
   *
   * @param endpoints as for {@link #builder(List)}
   * @return the builder
   * @throws IllegalArgumentException as {@link #builder(List)} does; {@code 127.0.0.1:2379} is not
   *     enough
   */
  public static Builder builder(String... endpoints) {
    return new Builder(Stream.of(endpoints).map(Endpoints::parse).toList());
  }

  /**
   * The endpoints.
   *
   * @return the members' client URLs, one or more, in the order given
   */
  public List<URI> endpoints() {
    return endpoints;
  }

  /** Names the endpoints, and nothing of a user. */
  @Override
  public String toString() {
    return "etcd at " + endpoints;
  }

  @Nullable String authority() {
    return authority;
  }

  Duration connectTimeout() {
    return connectTimeout;
  }

  Duration probeTimeout() {
    return probeTimeout;
  }

  /**
   * Looks up an endpoint. Blocks as long as the system's resolver does.
   *
   * @throws SourceException when the host name does not resolve
   */
  List<Address> addresses(URI endpoint) throws SourceException {
    try {
      InetAddress[] found = resolver.lookUp(Endpoints.host(endpoint));
      List<Address> addresses = new ArrayList<>();
      for (InetAddress one : found) {
        String name = endpoint + (found.length > 1 ? " (" + one.getHostAddress() + ")" : "");
        addresses.add(
            new Address(endpoint, new InetSocketAddress(one, Endpoints.port(endpoint)), name));
      }
      return addresses;
    } catch (UnknownHostException e) {
      throw new SourceException(endpoint + ": the host name does not resolve", e);
    }
  }

  /**
   * Reads the settings for a connection.
   *
   * @param name what to call the member in messages
   * @throws SourceException when they cannot be read or do not go with the endpoint
   */
  Settings settings(URI endpoint, String name) throws SourceException {
    boolean https = Endpoints.isTls(endpoint);
    try {
      Settings read = Objects.requireNonNull(settings.get(), "the supplier returned null");
      if (https && read.tls() == null) {
        return new Settings(GrpcSslContexts.forClient().build(), read.login(), read.interceptors());
      }
      if (!https && read.tls() != null) {
        throw new SourceException(name + ": TLS is set, so the endpoint must be https://");
      }
      return read;
    } catch (RuntimeException | IOException e) {
      if (e instanceof SourceException known) {
        throw known;
      }
      throw new SourceException(
          name + ": the settings of the connection cannot be read: " + FailureText.of(e), e);
    }
  }

  /**
   * Adds to the problem of a member that was reached what is wrong with the client's certificate,
   * if anything is.
   */
  String withCertificateProblem(String problem) {
    return tls == null
        ? problem
        : tls.clientCertificateProblem(Instant.now())
            .map(wrong -> problem + "; " + wrong)
            .orElse(problem);
  }

  /**
   * Settings of a connection. For one thread. Later settings change no connection that was built.
   */
  public static final class Builder {
    private final List<URI> endpoints;
    private @Nullable Supplier<Settings> settings; // null: those of this builder
    private @Nullable EtcdTls tls;
    private @Nullable String user;
    private Supplier<String> password = () -> "";
    private @Nullable String authority;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration probeTimeout = Duration.ofSeconds(30);
    private Resolver resolver = InetAddress::getAllByName;

    private Builder(List<URI> endpoints) {
      if (endpoints.isEmpty()) {
        throw new IllegalArgumentException("etcd endpoints must be one or more, not none");
      }
      Endpoints.requireOneScheme(endpoints);
      this.endpoints = endpoints;
    }

    /**
     * How to trust the servers, and which certificate to present. By default {@code https} trusts
     * what the Java runtime trusts and presents none.
     *
     * @param tls the settings; their files are read for each connection
     * @return this
     */
    public Builder tls(EtcdTls tls) {
      this.tls = Objects.requireNonNull(tls, "tls");
      return this;
    }

    /**
     * The user to log in as. By default none.
     *
     * @param user the name
     * @param password returns the password; called for each connection. What it throws becomes the
     *     cause of a {@link SourceException}
     * @return this
     * @throws IllegalArgumentException when the name is empty
     */
    public Builder user(String user, Supplier<String> password) {
      if (user.isEmpty()) {
        throw new IllegalArgumentException("user must not be empty");
      }
      this.user = user;
      this.password = Objects.requireNonNull(password, "password");
      return this;
    }

    /**
     * The name that servers are asked for, and that their certificates must hold. By default the
     * host of the endpoint.
     *
     * @param authority {@code HOST} or {@code HOST:PORT}
     * @return this
     */
    public Builder authority(String authority) {
      this.authority = Objects.requireNonNull(authority, "authority");
      return this;
    }

    /**
     * How long to wait for a connection to one address, TLS included. Never longer than the limit
     * of the call that connects. Default: 10 seconds.
     *
     * @param connectTimeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder connectTimeout(Duration connectTimeout) {
      this.connectTimeout = requireWithin("connectTimeout", connectTimeout);
      return this;
    }

    /**
     * How long a member may take to answer who it is, counted from when it is connected. Never
     * longer than the limit of the call that asks. Default: 30 seconds.
     *
     * @param probeTimeout more than 0, at most 365 days
     * @return this
     * @throws IllegalArgumentException when it is not
     */
    public Builder probeTimeout(Duration probeTimeout) {
      this.probeTimeout = requireWithin("probeTimeout", probeTimeout);
      return this;
    }

    /** Where host names are looked up. Default: where the Java runtime does. */
    Builder resolver(Resolver resolver) {
      this.resolver = resolver;
      return this;
    }

    /** Settings that come from elsewhere than this builder. */
    Builder settings(Supplier<Settings> settings) {
      this.settings = settings;
      return this;
    }

    /**
     * Builds the connection. Reads no file and connects to nothing.
     *
     * @return the connection
     */
    public EtcdConnection build() {
      return new EtcdConnection(this);
    }
  }

  /** Reads settings that a builder had when the connection was built. */
  private static Supplier<Settings> reading(
      @Nullable EtcdTls tls, @Nullable String user, Supplier<String> password) {
    return () -> {
      try {
        SslContext context = tls == null ? null : tls.context();
        Login login = user == null ? null : new Login(user, password.get());
        return new Settings(context, login, List.of());
      } catch (IOException e) {
        throw new UncheckedIOException(e.getMessage(), e);
      }
    };
  }

  static Duration requireWithin(String what, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          what + " must be more than 0 and at most 365 days, not " + value);
    }
    return value;
  }
}
