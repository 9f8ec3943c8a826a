package dev.etcdbackup.cli.config;

import dev.etcdbackup.cron.CronSchedule;
import dev.etcdbackup.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads one cluster of the configuration. */
final class ClusterReader {
  private static final Instant FROM = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant UNTIL = Instant.parse("2032-01-01T00:00:00Z");

  private final SectionReader sections;
  private final Optional<EncodingConfig> encodingOfAll;
  private final List<SecondStoreConfig> secondStores;

  /**
   * @param encodingOfAll the encoding of clusters that name none
   * @param secondStores the second stores that a cluster may name
   */
  ClusterReader(
      SectionReader sections,
      Optional<EncodingConfig> encodingOfAll,
      List<SecondStoreConfig> secondStores) {
    this.sections = sections;
    this.encodingOfAll = encodingOfAll;
    this.secondStores = secondStores;
  }

  ClusterConfig read(String project, FieldReader fields) throws ConfigException {
    ClusterConfig.Builder cluster = ClusterConfig.builder(project);
    fields.value("automated", ValueSyntax::bool).ifPresent(cluster::automated);
    EtcdConfig etcd = sections.etcd("endpoints", fields);
    cluster.etcd(etcd);
    Optional<Duration> interval = fields.value("interval", DurationSyntax::parse);
    Optional<CronSchedule> cron = fields.value("cron", CronSchedule::of);
    if (interval.isPresent() && cron.isPresent()) {
      throw fields.refuse("cron", "'interval' and 'cron' exclude each other");
    }
    Duration every = interval.orElse(ClusterConfig.DEFAULT_INTERVAL);
    Duration longest = cron.map(ClusterReader::longestGap).orElse(every);
    cluster.schedule(cron.isPresent() ? cron.get() : Schedule.every(every), longest);
    fields.value("jitter", ValueSyntax::jitter).ifPresent(cluster::jitter);
    NamingConfig naming = naming(project, fields);
    cluster.naming(naming).encoding(encoding(naming, fields));
    SectionReader.retention(fields).ifPresent(cluster::retention);
    fields.value("timeout", DurationSyntax::parse).ifPresent(cluster::timeout);
    Optional<Duration> maxAge = fields.value("maxAge", DurationSyntax::parse);
    maxAge.ifPresent(cluster::maxAge);
    cluster.skipUnchanged(skipUnchanged(fields, maxAge, longest));
    fields.value("since", ValueSyntax::instant).ifPresent(cluster::since);
    fields.value("recovery", text -> text).ifPresent(cluster::recovery);
    Optional<ChangesConfig> changes = changes(fields);
    changes.ifPresent(cluster::changes);
    copyTo(fields).ifPresent(cluster::copyTo);
    if (changes.isPresent() && etcd.endpoints().isEmpty()) {
      throw fields.refuse("changes", "'changes' needs 'endpoints'");
    }
    fields.end();
    return cluster.build();
  }

  private Optional<List<String>> copyTo(FieldReader of) throws ConfigException {
    if (!of.has("copyTo")) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (ConfigNode item : of.items("copyTo")) {
      String name = FieldReader.convert("copyTo", item, ValueSyntax::text);
      if (secondStores.stream().noneMatch(one -> one.name().equals(name))) {
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
    Optional<Duration> period = fields.value("period", ClusterReader::period);
    Optional<Integer> bytes =
        fields.value("bytes", text -> ValueSyntax.number(text, 1024, 64 << 20));
    Optional<Integer> hashEvery =
        fields.value("hashEvery", text -> ValueSyntax.number(text, 0, Integer.MAX_VALUE));
    Optional<Duration> consolidateEvery =
        fields.value("consolidateEvery", ClusterReader::consolidateEvery);
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

  private static NamingConfig naming(String project, FieldReader fields) throws ConfigException {
    boolean tarball = fields.value("tarball", ValueSyntax::bool).orElse(Boolean.FALSE);
    Optional<NamingConfig> named =
        fields.value("prefix", prefix -> NamingConfig.periodic(project, prefix));
    if (tarball && named.isPresent()) {
      throw fields.refuse("prefix", "'tarball' and 'prefix' exclude each other");
    }
    return tarball ? NamingConfig.TARBALL : named.orElse(NamingConfig.DEFAULT);
  }

  /** What the cluster says, or else the file; a tarball is compressed already. */
  private EncodingConfig encoding(NamingConfig naming, FieldReader fields) throws ConfigException {
    Optional<EncodingConfig> own = sections.encoding(fields);
    if (naming.equals(NamingConfig.TARBALL)) {
      if (own.isPresent() && own.get().zstdLevel().isPresent()) {
        throw fields.refuse("encoding", "'tarball' and 'compress' exclude each other");
      }
      return own.or(() -> encodingOfAll).orElse(EncodingConfig.NONE).uncompressed();
    }
    return own.or(() -> encodingOfAll).orElse(EncodingConfig.NONE);
  }

  /** With less than two intervals nothing would ever be skipped. */
  private static boolean skipUnchanged(
      FieldReader fields, Optional<Duration> maxAge, Duration interval) throws ConfigException {
    boolean skip = fields.value("skipUnchanged", ValueSyntax::bool).orElse(Boolean.FALSE);
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
}
