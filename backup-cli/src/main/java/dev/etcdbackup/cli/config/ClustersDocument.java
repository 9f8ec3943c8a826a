package dev.etcdbackup.cli.config;

import dev.etcdbackup.BackupKey;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the YAML or JSON form of the configuration. */
final class ClustersDocument {
  private final SectionReader sections;
  private final List<String> problems = new ArrayList<>();

  /**
   * @param directory where relative paths start
   */
  ClustersDocument(Path directory) {
    this.sections = new SectionReader(directory);
  }

  /** Reads the whole document, also when something in it is wrong, so as to report all problems. */
  BackupConfig read(ConfigNode root) throws ConfigException {
    FieldReader fields = new FieldReader("the file", root);
    Optional<StoreAddress> store = attempt(() -> fields.value("store", StoreAddress::parse));
    Optional<Boolean> createStore = attempt(() -> createStore(fields, store));
    Optional<LockConfig> lock = attempt(() -> lock(fields));
    Optional<InetSocketAddress> listen =
        attempt(() -> fields.value("listen", ListenAddress::parse));
    Optional<ZoneId> tarballZone = attempt(() -> fields.value("tarballZone", ValueSyntax::zone));
    Optional<EncodingConfig> encoding = attempt(() -> sections.encoding(fields));
    Optional<CheckConfig> checks = attempt(() -> Optional.of(checks(fields)));
    List<SecondStoreConfig> copyTo = new ArrayList<>();
    for (ConfigNode node : fields.items("copyTo")) {
      attempt(() -> Optional.of(secondStore(node, copyTo))).ifPresent(copyTo::add);
    }
    if (!fields.has("clusters")) {
      throw root.at().refuse("'clusters' is missing");
    }
    ClusterReader reader = new ClusterReader(sections, encoding, copyTo);
    List<ClusterConfig> clusters = new ArrayList<>();
    Set<String> projects = new HashSet<>();
    for (ConfigNode node : fields.items("clusters")) {
      attempt(() -> Optional.of(cluster(node, projects, reader))).ifPresent(clusters::add);
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
    Optional<Boolean> create = fields.value("createStore", ValueSyntax::bool);
    if (create.orElse(false) && store.orElse(null) instanceof StoreAddress.Bucket) {
      throw fields.refuse(
          "createStore", "'createStore' is for file:/// stores; no bucket is created");
    }
    return create;
  }

  private static ClusterConfig cluster(ConfigNode node, Set<String> projects, ClusterReader reader)
      throws ConfigException {
    FieldReader fields = new FieldReader("a cluster", node);
    String project = fields.required("project", BackupKey::requireProject);
    if (!projects.add(project)) {
      throw fields.refuse("project", "project '" + project + "' is configured twice");
    }
    return reader.read(project, fields);
  }

  private Optional<LockConfig> lock(FieldReader file) throws ConfigException {
    Optional<FieldReader> found = file.fields("lock");
    if (found.isEmpty()) {
      return Optional.empty();
    }
    FieldReader fields = found.get();
    EtcdConfig etcd = sections.etcd("etcd", fields);
    if (etcd.endpoints().isEmpty()) {
      throw fields.refuse(
          "etcd",
          "'etcd' of the lock must name an endpoint; the clusters' endpoints are not used for it");
    }
    Optional<Duration> ttl = fields.value("ttl", ValueSyntax::ttl);
    fields.end();
    return Optional.of(new LockConfig(etcd, ttl.orElse(LockConfig.DEFAULT_TTL)));
  }

  private static CheckConfig checks(FieldReader file) throws ConfigException {
    Optional<FieldReader> verify = file.fields("verify");
    Optional<Duration> verifyEvery = Optional.empty();
    boolean deep = false;
    int sampleDays = 0;
    if (verify.isPresent()) {
      verifyEvery = Optional.of(verify.get().required("every", ValueSyntax::every));
      sampleDays = verify.get().value("sample", ValueSyntax::sampleDays).orElse(0);
      deep = verify.get().value("deep", ValueSyntax::bool).orElse(false);
      verify.get().end();
    }
    Optional<FieldReader> drill = file.fields("drill");
    Optional<Duration> drillEvery = Optional.empty();
    if (drill.isPresent()) {
      drillEvery = Optional.of(drill.get().required("every", ValueSyntax::every));
      drill.get().end();
    }
    return new CheckConfig(verifyEvery, sampleDays, deep, drillEvery);
  }

  private SecondStoreConfig secondStore(ConfigNode node, List<SecondStoreConfig> earlier)
      throws ConfigException {
    FieldReader fields = new FieldReader("a store of 'copyTo'", node);
    String name = fields.required("name", ValueSyntax::text);
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
            fields.value("region", ValueSyntax::text),
            fields.value("ca", sections::path),
            fields.value("profile", ValueSyntax::text),
            projects,
            SectionReader.retention(fields),
            fields.value("serverSide", ValueSyntax::bool).orElse(false));
    fields.end();
    return read;
  }
}
