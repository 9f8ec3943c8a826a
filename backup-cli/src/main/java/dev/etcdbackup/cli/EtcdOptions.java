package dev.etcdbackup.cli;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.etcd.EtcdTls;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The etcd cluster, and how to connect to it. */
final class EtcdOptions {
  /** The names of all of them. */
  static final Set<String> NAMES =
      Set.of(
          "--etcd",
          "--discovery-srv",
          "--discovery-srv-name",
          "--etcd-user",
          "--etcd-password-file",
          "--etcd-ca",
          "--etcd-cert",
          "--etcd-key");

  @Option(
      names = "--etcd",
      converter = Converters.Etcd.class,
      split = ",",
      scope = ScopeType.INHERIT,
      paramLabel = "URL",
      description = "The members of the cluster: http://HOST:PORT or https://HOST:PORT.")
  private List<URI> endpoints = List.of();

  @Option(
      names = "--discovery-srv",
      scope = ScopeType.INHERIT,
      paramLabel = "DOMAIN",
      description =
          "Instead of --etcd: find the members by the SRV records _etcd-client-ssl._tcp.DOMAIN and,"
              + " when there are none, _etcd-client._tcp.DOMAIN, as etcdctl does.")
  private @Nullable String domain;

  @Option(
      names = "--discovery-srv-name",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description = "With --discovery-srv: the service is _etcd-client-ssl-NAME and so on.")
  private String serviceName = "";

  @Option(
      names = "--etcd-user",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description = "The user to log in as, with --etcd-password-file.")
  @Nullable String user;

  @Option(
      names = "--etcd-password-file",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The file with the password; a newline at its end is ignored.")
  @Nullable Path passwordFile;

  @Option(
      names = "--etcd-ca",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "PEM certificates to trust instead of Java's own.")
  @Nullable Path ca;

  @Option(
      names = "--etcd-cert",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The client's certificate in PEM, with --etcd-key.")
  @Nullable Path cert;

  @Option(
      names = "--etcd-key",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "The client's private key in PEM, with --etcd-cert.")
  @Nullable Path key;

  /** The cluster as a source. Reads and checks the files, and connects to nothing. */
  SnapshotSource source(Duration timeout) throws UsageException, SourceException {
    return source(required(), timeout);
  }

  /** Some members as a source. Reads and checks the files, and connects to nothing. */
  SnapshotSource source(List<URI> members, Duration timeout) throws UsageException {
    EtcdConnection connection = connection(members);
    try {
      return EtcdSnapshotSource.builder(connection).timeout(timeout).build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Whether a cluster is given. */
  boolean isGiven() {
    return !endpoints.isEmpty() || domain != null;
  }

  /** The members given, or those that DNS names; fails when there are none. */
  List<URI> required() throws UsageException, SourceException {
    if (!isGiven()) {
      throw new UsageException("no cluster; give --etcd http://HOST:PORT");
    }
    return members();
  }

  /** The members given, or those that DNS names; none when no cluster is given. */
  List<URI> members() throws UsageException, SourceException {
    if (domain == null) {
      if (!serviceName.isEmpty()) {
        throw new UsageException("--discovery-srv-name goes with --discovery-srv");
      }
      return endpoints;
    }
    if (!endpoints.isEmpty()) {
      throw new UsageException("--etcd and --discovery-srv exclude each other");
    }
    for (String name : List.of(domain, serviceName)) {
      if (!name.matches("[A-Za-z0-9._-]*") || domain.isEmpty()) {
        throw new UsageException("--discovery-srv: '" + name + "' is not the name of a domain");
      }
    }
    return SrvDiscovery.members(domain, serviceName);
  }

  /** How to connect to servers. Reads and checks the files, and connects to nothing. */
  EtcdConnection connection(List<URI> servers) throws UsageException {
    Optional<Login> login = login();
    Optional<EtcdTls> tls = tls(servers);
    try {
      EtcdConnection.Builder connection = EtcdConnection.builder(servers);
      login.ifPresent(as -> connection.user(as.user(), as::password));
      tls.ifPresent(EtcdTls::check); // what is wrong with a file is found here
      tls.ifPresent(connection::tls);
      return connection.build();
    } catch (IllegalArgumentException | UncheckedIOException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Who asks an etcd that this tool starts itself; empty when no user is given. */
  Optional<Login> login() throws UsageException {
    if (user == null && passwordFile == null) {
      return Optional.empty();
    }
    if (user == null || passwordFile == null) {
      throw new UsageException("--etcd-user and --etcd-password-file go together");
    }
    if (user.isEmpty() || user.contains(":")) { // NAME:PASSWORD, as etcdctl takes it; not repeated
      throw new UsageException("--etcd-user is a name alone; the password is in a file");
    }
    return Optional.of(new Login(user, password(passwordFile)));
  }

  private Optional<EtcdTls> tls(List<URI> servers) throws UsageException {
    if (ca == null && cert == null && key == null) {
      return Optional.empty();
    }
    if (servers.stream().anyMatch(server -> "http".equalsIgnoreCase(server.getScheme()))) {
      throw new UsageException("--etcd-ca, --etcd-cert and --etcd-key are for https:// endpoints");
    }
    EtcdTls tls = ca == null ? EtcdTls.trustingSystem() : EtcdTls.trusting(ca);
    if (cert != null && key != null) {
      return Optional.of(tls.withCertificate(cert, key));
    }
    if (cert != null || key != null) {
      throw new UsageException("--etcd-cert and --etcd-key go together");
    }
    return Optional.of(tls);
  }

  private static String password(Path file) throws UsageException {
    try {
      return EtcdAccess.password(file);
    } catch (UncheckedIOException e) {
      throw new UsageException("--etcd-password-file: " + e.getMessage());
    }
  }

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
}
