package dev.etcdbackup.cli.config;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.cron.CronSchedule;
import dev.etcdbackup.schedule.Schedule;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads the YAML or JSON form of the configuration. */
final class ClustersDocument {
  private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant UNTIL = Instant.parse("2032-01-01T00:00:00Z");

  private final Path directory;

  /**
   * @param directory where relative paths start
   */
  ClustersDocument(Path directory) {
    this.directory = directory;
  }

  BackupConfig read(Node root) throws ConfigException {
    FieldReader fields = new FieldReader("the file", root);
    Optional<StoreAddress> store = fields.value("store", StoreAddress::parse);
    Optional<LockConfig> lock = lock(fields);
    Optional<InetSocketAddress> listen = fields.value("listen", ListenAddress::parse);
    if (!fields.has("clusters")) {
      throw root.at().refuse("'clusters' is missing");
    }
    List<ClusterConfig> clusters = new ArrayList<>();
    Set<String> projects = new HashSet<>();
    for (Node node : fields.items("clusters")) {
      FieldReader cluster = new FieldReader("a cluster", node);
      String project = cluster.required("project", BackupKey::requireProject);
      if (!projects.add(project)) {
        throw cluster.refuse("project", "project '" + project + "' is configured twice");
      }
      clusters.add(cluster(project, cluster));
    }
    fields.end();
    return new BackupConfig(store, lock, listen, clusters);
  }

  private Optional<LockConfig> lock(FieldReader file) throws ConfigException {
    Optional<FieldReader> found = file.fields("lock");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    FieldReader fields = found.get();
    EtcdConfig etcd = etcd("etcd", fields);
    if (etcd.endpoints().isEmpty()) {
      throw fields.refuse("etcd", "'etcd' of the lock must name an endpoint; no other is used");
    }
    Optional<Duration> ttl = fields.value("ttl", ClustersDocument::ttl);
    fields.end();
    return Optional.of(new LockConfig(etcd, ttl.orElse(LockConfig.DEFAULT_TTL)));
  }

  private ClusterConfig cluster(String project, FieldReader fields) throws ConfigException {
    boolean automated = fields.value("automated", ClustersDocument::truth).orElse(Boolean.TRUE);
    EtcdConfig etcd = etcd("endpoints", fields);
    Optional<Duration> interval = fields.value("interval", DurationText::parse);
    Optional<CronSchedule> cron = fields.value("cron", CronSchedule::of);
    if (interval.isPresent() && cron.isPresent()) {
      throw fields.refuse("cron", "'interval' and 'cron' exclude each other");
    }
    Duration every = interval.orElse(ClusterConfig.DEFAULT_INTERVAL);
    Optional<Duration> jitter = fields.value("jitter", ClustersDocument::jitter);
    Optional<Integer> keepLast = fields.value("keepLast", ClustersDocument::positive);
    Optional<Duration> timeout = fields.value("timeout", DurationText::parse);
    Optional<Duration> maxAge = fields.value("maxAge", DurationText::parse);
    Optional<Instant> since = fields.value("since", ClustersDocument::instant);
    String recovery = fields.value("recovery", text -> text).orElse("");
    fields.end();
    return new ClusterConfig(
        project,
        automated,
        etcd,
        cron.isPresent() ? cron.get() : Schedule.every(every),
        cron.map(ClustersDocument::longestGap).orElse(every),
        jitter.orElse(Duration.ZERO),
        keepLast.isPresent() ? OptionalInt.of(keepLast.get()) : OptionalInt.empty(),
        timeout.orElse(ClusterConfig.DEFAULT_TIMEOUT),
        maxAge,
        since,
        recovery);
  }

  private EtcdConfig etcd(String endpoints, FieldReader fields) throws ConfigException {
    List<URI> members = new ArrayList<>();
    for (Node node : fields.items(endpoints)) {
      members.add(FieldReader.convert(endpoints, node, EndpointUrl::etcd));
    }
    Optional<TlsFiles> tls = tls(fields);
    Optional<String> user = fields.value("user", ClustersDocument::text);
    Optional<Path> passwordFile = fields.value("passwordFile", this::path);
    if (user.isPresent() != passwordFile.isPresent()) {
      throw fields.refuse(
          user.isPresent() ? "user" : "passwordFile", "'user' and 'passwordFile' go together");
    }
    return new EtcdConfig(members, tls, user, passwordFile);
  }

  private Optional<TlsFiles> tls(FieldReader cluster) throws ConfigException {
    Optional<FieldReader> found = cluster.fields("tls");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    FieldReader fields = found.get();
    Optional<Path> ca = fields.value("ca", this::path);
    Optional<Path> cert = fields.value("cert", this::path);
    Optional<Path> key = fields.value("key", this::path);
    fields.end();
    if (cert.isPresent() != key.isPresent()) {
      throw fields.refuse(cert.isPresent() ? "cert" : "key", "'cert' and 'key' go together");
    }
    return Optional.of(new TlsFiles(ca, cert, key));
  }

  private Path path(String text) {
    return directory.resolve(text(text)); // InvalidPathException is an IllegalArgumentException
  }

  private static String text(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("must not be empty");
    }
    return text;
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false, not '" + text + "'");
    };
  }

  /** The longest time between two points that follow one another, of a few years or 400 points. */
  private static Duration longestGap(CronSchedule cron) {
    Duration longest = Duration.ZERO;
    Optional<Instant> point = cron.next(FROM);
    for (int i = 0; i < 400 && point.isPresent() && point.get().isBefore(UNTIL); i++) {
      Instant before = point.get();
      point = cron.next(before);
      Duration gap = point.map(after -> Duration.between(before, after)).orElse(Duration.ZERO);
      longest = gap.compareTo(longest) > 0 ? gap : longest;
    }
    return longest.isZero() ? Duration.ofDays(366) : longest;
  }

  private static Duration jitter(String text) {
    Duration jitter = DurationText.parse(text);
    if (jitter.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("must be 1 day or less, not '" + text + "'");
    }
    return jitter;
  }

  private static Duration ttl(String text) {
    Duration ttl = DurationText.parse(text);
    if (ttl.compareTo(Duration.ofSeconds(2)) < 0 || ttl.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("must be 2s to 1h, not '" + text + "'");
    }
    return ttl;
  }

  private static int positive(String text) {
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < 1) {
      throw new IllegalArgumentException("must be a number of 1 to 999999999, not '" + text + "'");
    }
    return Integer.parseInt(text);
  }

  private static Instant instant(String text) {
    try {
      Instant instant = Instant.parse(text);
      if (instant.isBefore(Instant.parse("+10000-01-01T00:00:00Z"))) {
        return instant;
      }
    } catch (DateTimeParseException notAnInstant) {
      // said below
    }
    throw new IllegalArgumentException(
        "must be a time like 2020-02-03T21:00:00Z, not '" + text + "'");
  }
}
