package dev.etcdbackup.testkit.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.testkit.Fixtures;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An S3 server for tests. It has no buckets for the test; create them with any client, with
 * path-style access.
 *
 * <p>Thread-safe.
 */
public final class S3Server implements AutoCloseable {
  private static final String CEPH = "ETCDBACKUP_RGW_ENDPOINT";
  private static final String CEPH_TLS = "ETCDBACKUP_RGW_TLS_ENDPOINT";
  private static final String LISTED = "ETCDBACKUP_S3_SERVERS";
  private static final Pattern ENTRY =
      Pattern.compile(
          "(?<name>[^=]+)=(?<scheme>https?://)(?<access>[^:@/]+):(?<secret>[^:@/]+)@(?<host>[^/@]+)");

  private final URI endpoint;
  private final String accessKey;
  private final String secretKey;
  private final @Nullable Path caPem;
  private final Runnable stop;

  S3Server(URI endpoint, String accessKey, String secretKey, @Nullable Path caPem, Runnable stop) {
    this.endpoint = endpoint;
    this.accessKey = accessKey;
    this.secretKey = secretKey;
    this.caPem = caPem;
    this.stop = stop;
  }

  /**
   * Starts s3proxy in this process, on a free port of 127.0.0.1, with its own credentials. Takes 1
   * to 2 seconds the first time and about 10 ms after that.
   *
   * <p>Checks signatures and clocks, honours {@code If-None-Match} on every write. Objects are kept
   * in the heap; for large ones use {@link #embedded(Path)}. Requires {@code org.gaul:s3proxy} 4.1,
   * the other optional dependencies of {@code backup-testkit}, and the AWS SDK's {@code s3} on the
   * class path.
   *
   * @return the server, stopped by {@link #close()}
   */
  public static S3Server embedded() {
    return start(null, false);
  }

  /**
   * Starts s3proxy as {@link #embedded()} does, over HTTPS, with the certificate of {@link
   * dev.etcdbackup.testkit.etcd.EtcdCertificates#shared()}, whose authority {@link #caPem()} is.
   * Takes about 2 seconds more the first time.
   *
   * @return the server, stopped by {@link #close()}
   */
  public static S3Server embeddedTls() {
    return start(null, true);
  }

  /**
   * Starts s3proxy as {@link #embedded()} does, with the objects in files.
   *
   * @param directory an existing, empty directory on a file system with user attributes (ext4, xfs)
   * @return the server, stopped by {@link #close()}, which keeps the files
   */
  public static S3Server embedded(Path directory) {
    return start(directory, false);
  }

  private static S3Server start(@Nullable Path directory, boolean tls) {
    try {
      return S3ProxyServer.start(directory, tls);
    } catch (NoClassDefFoundError e) {
      throw Fixtures.missing(
          "no embedded S3 server: put org.gaul:s3proxy and the other optional dependencies of"
              + " backup-testkit on the test's class path ("
              + e.getMessage()
              + " was not found)");
    }
  }

  /**
   * A Ceph RADOS Gateway. The one that {@code ETCDBACKUP_RGW_ENDPOINT}, {@code
   * ETCDBACKUP_RGW_ACCESS_KEY} and {@code ETCDBACKUP_RGW_SECRET_KEY} in the environment give; else
   * one node of Ceph started from this machine's programs, in the directory {@code
   * ETCDBACKUP_CEPH_BIN} or, when that is not set, on the PATH (on Debian the packages {@code
   * ceph-mon ceph-osd radosgw ceph-common}); else the same node in a container, when {@code
   * org.testcontainers:testcontainers} is on the class path and Docker runs, of the image {@code
   * ETCDBACKUP_RGW_IMAGE}, by default {@code quay.io/ceph/ceph:v18}; else the test ends as {@link
   * Fixtures#missing} says.
   *
   * <p>A node that is started listens on 127.0.0.1 at free ports, keeps its objects in memory, and
   * has answered a request signed with a key that was made for it; that takes some three seconds,
   * and in a container five, once Docker has the image.
   *
   * @return the server; {@link #close()} ends what was started
   */
  public static S3Server ceph() {
    return ceph(false);
  }

  /**
   * Returns a Ceph RADOS Gateway as {@link #ceph()} does, over HTTPS: its address is in {@code
   * ETCDBACKUP_RGW_TLS_ENDPOINT}, and the PEM file of its authority in {@code ETCDBACKUP_RGW_CA}.
   *
   * @return the server; {@link #close()} ends what was started
   */
  public static S3Server cephTls() {
    return ceph(true);
  }

  /**
   * Returns the servers that {@code ETCDBACKUP_S3_SERVERS} in the environment lists, separated by
   * spaces, each as {@code NAME-VERSION=http://ACCESS_KEY:SECRET_KEY@HOST:PORT}. What has a meaning
   * of its own in a URL, as a slash in a secret key, is encoded there ({@code %2F}). In the sources
   * of this library {@code fixtures/s3} starts some and lists them.
   *
   * @return the servers by {@code NAME-VERSION}, in the order of the list; closing one does nothing
   * @throws IllegalArgumentException when an entry has another form
   */
  public static Map<String, S3Server> listed() {
    return listed(Objects.requireNonNullElse(System.getenv(LISTED), ""));
  }

  static Map<String, S3Server> listed(String list) {
    Map<String, S3Server> servers = new LinkedHashMap<>();
    for (String entry : list.strip().split("\\s+", -1)) {
      if (entry.isEmpty()) {
        continue;
      }
      Matcher parts = ENTRY.matcher(entry);
      if (!parts.matches()) {
        throw new IllegalArgumentException(
            LISTED
                + " must list NAME-VERSION=http://ACCESS_KEY:SECRET_KEY@HOST:PORT, but one of its"
                + " entries has another form");
      }
      URI endpoint = URI.create(parts.group("scheme") + parts.group("host"));
      servers.put(
          parts.group("name"),
          new S3Server(
              endpoint, decoded(parts, "access"), decoded(parts, "secret"), null, () -> {}));
    }
    return servers;
  }

  private static String decoded(Matcher parts, String group) {
    return URLDecoder.decode(parts.group(group).replace("+", "%2B"), UTF_8);
  }

  private static S3Server ceph(boolean tls) {
    String endpoint = System.getenv(tls ? CEPH_TLS : CEPH);
    if (endpoint != null && !endpoint.isEmpty()) {
      return ceph(System::getenv, tls, () -> {});
    }
    if (LocalCeph.possible()) {
      return LocalCeph.start(tls);
    }
    if (Fixtures.dockerRuns()) {
      return CephContainer.start(tls);
    }
    throw Fixtures.missing(
        "no Ceph RADOS Gateway: neither $"
            + (tls ? CEPH_TLS : CEPH)
            + " nor, in $"
            + LocalCeph.VARIABLE
            + " or on the PATH, the programs to start one (ceph-mon, ceph-osd, radosgw, ceph, curl,"
            + " openssl) nor a Docker with Testcontainers");
  }

  static S3Server ceph(UnaryOperator<@Nullable String> settings, boolean tls, Runnable stop) {
    return new S3Server(
        URI.create(required(settings, tls ? CEPH_TLS : CEPH)),
        required(settings, "ETCDBACKUP_RGW_ACCESS_KEY"),
        required(settings, "ETCDBACKUP_RGW_SECRET_KEY"),
        tls ? Path.of(required(settings, "ETCDBACKUP_RGW_CA")) : null,
        stop);
  }

  private static String required(UnaryOperator<@Nullable String> settings, String name) {
    String value = settings.apply(name);
    if (value == null || value.isEmpty()) {
      throw Fixtures.missing("no Ceph RADOS Gateway: set " + name + " beside its address");
    }
    return value;
  }

  /**
   * Returns its endpoint.
   *
   * @return {@code http://HOST:PORT} or {@code https://HOST:PORT}
   */
  public URI endpoint() {
    return endpoint;
  }

  /**
   * Returns the access key of a user who may create buckets.
   *
   * @return the access key
   */
  public String accessKey() {
    return accessKey;
  }

  /**
   * Returns the secret key of that user.
   *
   * @return the secret key
   */
  public String secretKey() {
    return secretKey;
  }

  /**
   * Returns the region for signatures.
   *
   * @return {@code us-east-1}
   */
  public String region() {
    return "us-east-1";
  }

  /**
   * Returns the authority of the server's certificate.
   *
   * @return a PEM file; empty over HTTP
   */
  public Optional<Path> caPem() {
    return Optional.ofNullable(caPem);
  }

  /** Stops the server if this object started it. */
  @Override
  public void close() {
    stop.run();
  }

  /** Returns the address, without credentials. */
  @Override
  public String toString() {
    return endpoint.toString();
  }
}
