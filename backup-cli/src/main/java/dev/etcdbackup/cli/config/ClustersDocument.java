package dev.etcdbackup.cli.config;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.cron.CronSchedule;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.Schedule;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the YAML or JSON form of the configuration. */
final class ClustersDocument {
  private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant UNTIL = Instant.parse("2032-01-01T00:00:00Z");

  private final Path directory;
  private final List<String> problems = new ArrayList<>();
  private Optional<EncodingConfig> encodingOfAll = Optional.empty();

  /**
   * @param directory where relative paths start
   */
  ClustersDocument(Path directory) {
    this.directory = directory;
  }

  /** Reads the whole document, also when something in it is wrong, so as to report all problems. */
  BackupConfig read(ConfigNode root) throws ConfigException {
    FieldReader fields = new FieldReader("the file", root);
    Optional<StoreAddress> store = attempt(() -> fields.value("store", StoreAddress::parse));
    Optional<Boolean> createStore = attempt(() -> createStore(fields, store));
    Optional<LockConfig> lock = attempt(() -> lock(fields));
    Optional<InetSocketAddress> listen =
        attempt(() -> fields.value("listen", ListenAddress::parse));
    Optional<ZoneId> tarballZone =
        attempt(() -> fields.value("tarballZone", ClustersDocument::zone));
    encodingOfAll = attempt(() -> encoding(fields));
    Optional<CheckConfig> checks = attempt(() -> Optional.of(checks(fields)));
    List<SecondStoreConfig> copyTo = new ArrayList<>();
    for (ConfigNode node : fields.items("copyTo")) {
      attempt(() -> Optional.of(secondStore(node, copyTo))).ifPresent(copyTo::add);
    }
    if (!fields.has("clusters")) {
      throw root.at().refuse("'clusters' is missing");
    }
    List<ClusterConfig> clusters = new ArrayList<>();
    Set<String> projects = new HashSet<>();
    for (ConfigNode node : fields.items("clusters")) {
      attempt(() -> Optional.of(cluster(node, projects, copyTo))).ifPresent(clusters::add);
    }
    attempt(
        () -> {
          fields.end();
          return Optional.empty();
        });
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return new BackupConfig(
        store,
        createStore.orElse(false),
        lock,
        listen,
        tarballZone.orElse(ZoneOffset.UTC),
        copyTo,
        checks.orElse(CheckConfig.NONE),
        clusters);
  }

  private interface Reading<T> {
    Optional<T> read() throws ConfigException;
  }

  private <T> Optional<T> attempt(Reading<T> part) {
    try {
      return part.read();
    } catch (ConfigException e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
  }

  private static Optional<Boolean> createStore(FieldReader fields, Optional<StoreAddress> store)
      throws ConfigException {
    Optional<Boolean> create = fields.value("createStore", ClustersDocument::bool);
    if (create.orElse(false) && store.orElse(null) instanceof StoreAddress.Bucket) {
      throw fields.refuse(
          "createStore", "'createStore' is for file:/// stores; no bucket is created");
    }
    return create;
  }

  private ClusterConfig cluster(
      ConfigNode node, Set<String> projects, List<SecondStoreConfig> secondStores)
      throws ConfigException {
    FieldReader fields = new FieldReader("a cluster", node);
    String project = fields.required("project", BackupKey::requireProject);
    if (!projects.add(project)) {
      throw fields.refuse("project", "project '" + project + "' is configured twice");
    }
    return cluster(project, fields, secondStores);
  }

  private Optional<LockConfig> lock(FieldReader file) throws ConfigException {
    Optional<FieldReader> found = file.fields("lock");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    FieldReader fields = found.get();
    EtcdConfig etcd = etcd("etcd", fields);
    if (etcd.endpoints().isEmpty()) {
      throw fields.refuse(
          "etcd",
          "'etcd' of the lock must name an endpoint; the clusters' endpoints are not used for it");
    }
    Optional<Duration> ttl = fields.value("ttl", ClustersDocument::ttl);
    fields.end();
    return Optional.of(new LockConfig(etcd, ttl.orElse(LockConfig.DEFAULT_TTL)));
  }

  private ClusterConfig cluster(
      String project, FieldReader fields, List<SecondStoreConfig> secondStores)
      throws ConfigException {
    boolean automated = fields.value("automated", ClustersDocument::bool).orElse(Boolean.TRUE);
    EtcdConfig etcd = etcd("endpoints", fields);
    Optional<Duration> interval = fields.value("interval", DurationSyntax::parse);
    Optional<CronSchedule> cron = fields.value("cron", CronSchedule::of);
    if (interval.isPresent() && cron.isPresent()) {
      throw fields.refuse("cron", "'interval' and 'cron' exclude each other");
    }
    Duration every = interval.orElse(ClusterConfig.DEFAULT_INTERVAL);
    Optional<Duration> jitter = fields.value("jitter", ClustersDocument::jitter);
    NamingConfig naming = naming(project, fields);
    EncodingConfig encoding = encoding(naming, fields);
    Optional<RetentionPolicy> retention = retention(fields);
    Optional<Duration> timeout = fields.value("timeout", DurationSyntax::parse);
    Optional<Duration> maxAge = fields.value("maxAge", DurationSyntax::parse);
    Duration longest = cron.map(ClustersDocument::longestGap).orElse(every);
    boolean skipUnchanged = skipUnchanged(fields, maxAge, longest);
    Optional<Instant> since = fields.value("since", ClustersDocument::instant);
    String recovery = fields.value("recovery", text -> text).orElse("");
    Optional<ChangesConfig> changes = changes(fields);
    Optional<List<String>> copyTo = copyTo(fields, secondStores);
    if (changes.isPresent() && etcd.endpoints().isEmpty()) {
      throw fields.refuse("changes", "'changes' needs 'endpoints'");
    }
    fields.end();
    return new ClusterConfig(
        project,
        automated,
        etcd,
        cron.isPresent() ? cron.get() : Schedule.every(every),
        longest,
        jitter.orElse(Duration.ZERO),
        naming,
        encoding,
        retention,
        timeout.orElse(ClusterConfig.DEFAULT_TIMEOUT),
        maxAge,
        since,
        recovery,
        changes,
        skipUnchanged,
        copyTo);
  }

  private static Optional<List<String>> copyTo(FieldReader of, List<SecondStoreConfig> stores)
      throws ConfigException {
    if (!of.has("copyTo")) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (ConfigNode item : of.items("copyTo")) {
      String name = FieldReader.convert("copyTo", item, ClustersDocument::text);
      if (stores.stream().noneMatch(one -> one.name().equals(name))) {
        throw of.refuse("copyTo", "'copyTo' of the file has no store '" + name + "'");
      }
      names.add(name);
    }
    return Optional.of(List.copyOf(names));
  }

  private static Optional<ChangesConfig> changes(FieldReader of) throws ConfigException {
    Optional<FieldReader> found = of.fields("changes");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    FieldReader fields = found.get();
    Optional<Duration> period = fields.value("period", ClustersDocument::period);
    Optional<Integer> bytes = fields.value("bytes", text -> number(text, 1024, 64 << 20));
    Optional<Integer> hashEvery =
        fields.value("hashEvery", text -> number(text, 0, Integer.MAX_VALUE));
    Optional<Duration> consolidateEvery =
        fields.value("consolidateEvery", ClustersDocument::consolidateEvery);
    fields.end();
    return Optional.of(
        new ChangesConfig(
            period.orElse(ChangesConfig.DEFAULT_PERIOD),
            bytes.orElse(ChangesConfig.DEFAULT_BYTES),
            hashEvery.orElse(ChangesConfig.DEFAULT_HASH_EVERY),
            consolidateEvery));
  }

  private static Duration consolidateEvery(String text) {
    Optional<Duration> every = Optional.of(DurationSyntax.parse(text));
    return new ChangesConfig(ChangesConfig.DEFAULT_PERIOD, 1024, 0, every) // which checks it
        .consolidateEvery()
        .orElseThrow();
  }

  private static Duration period(String text) {
    return new ChangesConfig(DurationSyntax.parse(text), 1024, 0, Optional.empty())
        .period(); // which checks it
  }

  private static int number(String text, int least, int most) {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // reported below
    }
    throw new IllegalArgumentException(
        "must be a number of " + least + " to " + most + ", not '" + text + "'");
  }

  private static CheckConfig checks(FieldReader file) throws ConfigException {
    Optional<FieldReader> verify = file.fields("verify");
    Optional<Duration> verifyEvery = Optional.empty();
    boolean deep = false;
    int sampleDays = 0;
    if (verify.isPresent()) {
      verifyEvery = Optional.of(verify.get().required("every", DurationSyntax::parse));
      sampleDays = verify.get().value("sample", ClustersDocument::sampleDays).orElse(0);
      deep = verify.get().value("deep", ClustersDocument::bool).orElse(false);
      verify.get().end();
    }
    Optional<FieldReader> drill = file.fields("drill");
    Optional<Duration> drillEvery = Optional.empty();
    if (drill.isPresent()) {
      drillEvery = Optional.of(drill.get().required("every", DurationSyntax::parse));
      drill.get().end();
    }
    return new CheckConfig(verifyEvery, sampleDays, deep, drillEvery);
  }

  private static int sampleDays(String text) {
    if (!text.matches("1/[1-9][0-9]{0,2}")) {
      throw new IllegalArgumentException("'" + text + "' is not a share of 1/1 to 1/999");
    }
    return Integer.parseInt(text.substring(2));
  }

  private SecondStoreConfig secondStore(ConfigNode node, List<SecondStoreConfig> earlier)
      throws ConfigException {
    FieldReader fields = new FieldReader("a store of 'copyTo'", node);
    String name = fields.required("name", ClustersDocument::text);
    if (earlier.stream().anyMatch(one -> one.name().equals(name))) {
      throw fields.refuse("name", "the store '" + name + "' of 'copyTo' is configured twice");
    }
    List<String> projects = new ArrayList<>();
    for (ConfigNode project : fields.items("projects")) {
      projects.add(FieldReader.convert("projects", project, BackupKey::requireProject));
    }
    SecondStoreConfig read =
        new SecondStoreConfig(
            name,
            fields.required("store", StoreAddress::parse),
            fields.value("endpoint", EndpointUrl::s3),
            fields.value("region", ClustersDocument::text),
            fields.value("ca", this::path),
            fields.value("profile", ClustersDocument::text),
            projects,
            retention(fields));
    fields.end();
    return read;
  }

  /** With less than two intervals nothing would ever be skipped. */
  private static boolean skipUnchanged(
      FieldReader fields, Optional<Duration> maxAge, Duration interval) throws ConfigException {
    boolean skip = fields.value("skipUnchanged", ClustersDocument::bool).orElse(Boolean.FALSE);
    boolean fits =
        maxAge.map(age -> age.compareTo(interval.multipliedBy(2)) >= 0).orElse(Boolean.FALSE);
    if (skip && !fits) {
      throw fields.refuse(
          "skipUnchanged",
          "'skipUnchanged' needs a 'maxAge' of at least two intervals, by which a backup is taken"
              + " in any case");
    }
    return skip;
  }

  private static NamingConfig naming(String project, FieldReader fields) throws ConfigException {
    boolean tarball = fields.value("tarball", ClustersDocument::bool).orElse(Boolean.FALSE);
    Optional<NamingConfig> named =
        fields.value("prefix", prefix -> NamingConfig.periodic(project, prefix));
    if (tarball && named.isPresent()) {
      throw fields.refuse("prefix", "'tarball' and 'prefix' exclude each other");
    }
    return tarball ? NamingConfig.TARBALL : named.orElse(NamingConfig.DEFAULT);
  }

  /** What the cluster says, or else the file; a tarball is compressed already. */
  private EncodingConfig encoding(NamingConfig naming, FieldReader fields) throws ConfigException {
    Optional<EncodingConfig> own = encoding(fields);
    if (naming.equals(NamingConfig.TARBALL)) {
      if (own.isPresent() && own.get().zstdLevel().isPresent()) {
        throw fields.refuse("encoding", "'tarball' and 'compress' exclude each other");
      }
      return own.or(() -> encodingOfAll).orElse(EncodingConfig.NONE).uncompressed();
    }
    return own.or(() -> encodingOfAll).orElse(EncodingConfig.NONE);
  }

  private Optional<EncodingConfig> encoding(FieldReader of) throws ConfigException {
    Optional<FieldReader> found = of.fields("encoding");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    FieldReader fields = found.get();
    Optional<EncodingConfig> compress = fields.value("compress", ClustersDocument::compression);
    Optional<Integer> level = fields.value("level", EncodingConfig::level);
    if (level.isPresent() && compress.flatMap(EncodingConfig::zstdLevel).isEmpty()) {
      throw fields.refuse("level", "'level' needs 'compress: zstd'");
    }
    List<Path> encryptTo = new ArrayList<>();
    for (ConfigNode file : fields.items("encryptTo")) {
      encryptTo.add(FieldReader.convert("encryptTo", file, this::path));
    }
    Optional<SigningFiles> signWith = signing(fields);
    fields.end();
    EncodingConfig compressed = compress.orElse(EncodingConfig.NONE);
    return Optional.of(
        new EncodingConfig(
            level.isPresent() ? level : compressed.zstdLevel(), encryptTo, signWith));
  }

  private Optional<SigningFiles> signing(FieldReader fields) throws ConfigException {
    Optional<Path> key = fields.value("signWith", this::path);
    Optional<Path> passphrase = fields.value("passphraseFile", this::path);
    if (passphrase.isPresent() && key.isEmpty()) {
      throw fields.refuse("passphraseFile", "'passphraseFile' needs 'signWith'");
    }
    return key.map(file -> new SigningFiles(file, passphrase));
  }

  private static EncodingConfig compression(String text) {
    return switch (text) {
      case "zstd" -> EncodingConfig.compress(text);
      case "none" -> EncodingConfig.NONE;
      default -> throw new IllegalArgumentException("must be zstd or none, not '" + text + "'");
    };
  }

  /** Either 'keep', or the simple tiers joined by "or". */
  private static Optional<RetentionPolicy> retention(FieldReader fields) throws ConfigException {
    Optional<RetentionPolicy> all = Optional.empty();
    for (RetentionTier tier : RetentionTier.values()) {
      Optional<RetentionPolicy> one = fields.value(tier.field(), tier::policy);
      if (one.isPresent()) {
        all = all.map(policy -> policy.or(one.get())).or(() -> one);
      }
    }
    Optional<RetentionPolicy> policy = fields.value("keep", RetentionText::parse);
    if (policy.isPresent() && all.isPresent()) {
      throw fields.refuse("keep", "'keep' excludes 'keepLast' and the other simple policies");
    }
    Optional<RetentionPolicy> kept = policy.isPresent() ? policy : all;
    Optional<Integer> atLeast = fields.value("keepAtLeast", RetentionTier::count);
    if (atLeast.isPresent() && kept.isEmpty()) {
      throw fields.refuse("keepAtLeast", "'keepAtLeast' needs 'keep' or a simple policy beside it");
    }
    return kept.map(one -> atLeast.isPresent() ? one.atLeast(atLeast.get()) : one);
  }

  private EtcdConfig etcd(String endpoints, FieldReader fields) throws ConfigException {
    List<URI> members = new ArrayList<>();
    for (ConfigNode node : fields.items(endpoints)) {
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

  private static boolean bool(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("must be true or false, not '" + text + "'");
    };
  }

  /** The longest time between consecutive points, among 400 of them and until 2032. */
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
    Duration jitter = DurationSyntax.parse(text);
    if (jitter.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("must be 1 day or less, not '" + text + "'");
    }
    return jitter;
  }

  private static Duration ttl(String text) {
    Duration ttl = DurationSyntax.parse(text);
    if (ttl.compareTo(Duration.ofSeconds(2)) < 0 || ttl.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException("must be 2s to 1h, not '" + text + "'");
    }
    return ttl;
  }

  private static ZoneId zone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "must be a time zone like Europe/Zurich or +01:00, not '" + text + "'", e);
    }
  }

  private static Instant instant(String text) {
    try {
      Instant instant = Instant.parse(text);
      if (instant.isBefore(Instant.parse("+10000-01-01T00:00:00Z"))) {
        return instant;
      }
    } catch (DateTimeParseException notAnInstant) {
      // reported below
    }
    throw new IllegalArgumentException(
        "must be a time like 2020-02-03T21:00:00Z, not '" + text + "'");
  }
}
