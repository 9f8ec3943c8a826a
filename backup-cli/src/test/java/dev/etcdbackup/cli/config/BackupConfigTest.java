package dev.etcdbackup.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.cron.CronSchedule;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.Schedule;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackupConfigTest {
  @TempDir Path directory;

  private BackupConfig read(String name, String text) throws IOException, ConfigException {
    return BackupConfig.read(Files.writeString(directory.resolve(name), text), Optional.empty());
  }

  private static final EtcdConfig NO_ETCD =
      new EtcdConfig(List.of(), Optional.empty(), Optional.empty(), Optional.empty());

  private static final String YAML =
      """
      # everything there is
      store: s3://etcd-backup/site
      clusters:
        - project: cray-bss
          endpoints: [https://a:2379, "https://b:2379"]
          interval: 12h
          keepLast: 7
          timeout: 90s
          maxAge: 1d
          since: 2020-02-01T00:00:00Z
          tls: {ca: pki/ca.crt, cert: pki/c.crt, key: /etc/c.key}
          user: root
          passwordFile: bss.password
          automated: true
          recovery: "run the init job"
        - project: cray-cps
          automated: false
          recovery: >
            unmount,
            rebuild
      """;

  private static final String JSON =
      """
      {"store": "s3://etcd-backup/site",
       "clusters": [
        {"project": "cray-bss",
         "endpoints": ["https://a:2379", "https://b:2379"],
         "interval": "12h", "keepLast": 7, "timeout": "90s", "maxAge": "1d",
         "since": "2020-02-01T00:00:00Z",
         "tls": {"ca": "pki/ca.crt", "cert": "pki/c.crt", "key": "/etc/c.key"},
         "user": "root", "passwordFile": "bss.password",
         "automated": true, "recovery": "run the init job"},
        {"project": "cray-cps", "automated": false, "recovery": "unmount, rebuild\\n"}]}
      """;

  @Test
  void yamlAndJsonSayTheSame() throws Exception {
    BackupConfig config = read("c.yaml", YAML);

    assertThat(config.store()).contains(new StoreAddress.Bucket("etcd-backup", "site"));
    assertThat(config.clusters().get(0))
        .isEqualTo(
            ClusterConfig.builder("cray-bss")
                .etcd(
                    new EtcdConfig(
                        List.of(URI.create("https://a:2379"), URI.create("https://b:2379")),
                        Optional.of(
                            new TlsFiles(
                                Optional.of(directory.resolve("pki/ca.crt")),
                                Optional.of(directory.resolve("pki/c.crt")),
                                Optional.of(Path.of("/etc/c.key")))),
                        Optional.of("root"),
                        Optional.of(directory.resolve("bss.password"))))
                .schedule(Schedule.every(Duration.ofHours(12)), Duration.ofHours(12))
                .retention(RetentionPolicy.keepLast(7))
                .timeout(Duration.ofSeconds(90))
                .maxAge(Duration.ofDays(1))
                .since(Instant.parse("2020-02-01T00:00:00Z"))
                .recovery("run the init job")
                .build());
    assertThat(config.covered())
        .containsExactly(
            CoveredProject.automated("cray-bss", Duration.ofHours(12))
                .withMaxAge(Duration.ofDays(1))
                .withSince(Instant.parse("2020-02-01T00:00:00Z")),
            CoveredProject.notAutomated("cray-cps", "unmount, rebuild\n"));
    assertThat(read("c.json", JSON)).isEqualTo(config);
    assertThat(read("json.yml", JSON)).isEqualTo(config);
  }

  private static String document() throws IOException {
    return Files.readString(Path.of("../docs/configuration.md"));
  }

  private static String documentedExample() throws IOException {
    String text = document();
    int begin = text.indexOf("```yaml\n") + 8;
    return text.substring(begin, text.indexOf("```", begin));
  }

  @Test
  void theDocumentedExampleIsRead() throws Exception {
    BackupConfig config = read("c.yaml", documentedExample());

    assertThat(config.tarballZone()).isEqualTo(ZoneId.of("Europe/Zurich"));
    ClusterConfig bss = config.clusters().get(0);
    assertThat(bss.retention().orElseThrow())
        .hasToString(
            "(last 7 or within 2d or hourly 24 or daily 7 or weekly 8 or monthly 12 or yearly 5"
                + " or within-bytes 500GiB or within-project-bytes 2TiB) at least 3");
    assertThat(bss.since()).contains(Instant.parse("2020-02-01T00:00:00Z"));
    ClusterConfig bareMetal = config.clusters().get(1);
    assertThat(bareMetal.naming()).isEqualTo(NamingConfig.TARBALL);
    assertThat(bareMetal.retention().orElseThrow())
        .hasToString("last 144 then hourly 168 then daily 30");
    assertThat(config.clusters().get(2).recovery()).startsWith("unmount and mount again");
  }

  /** A field that is read but not documented, or documented but not read, is found here. */
  @Test
  void theDocumentNamesEveryFieldThereIs() throws Exception {
    Set<String> read = new TreeSet<>();
    for (String source :
        List.of("ClustersDocument", "ClusterReader", "SectionReader", "RetentionTier")) {
      String code =
          Files.readString(Path.of("src/main/java/dev/etcdbackup/cli/config/" + source + ".java"));
      Matcher field =
          Pattern.compile("(?:value|required|items|fields|lock|etcd)\\(\\s*\"([a-zA-Z]+)\"")
              .matcher(code);
      while (field.find()) {
        read.add(field.group(1));
      }
    }
    Stream.of(RetentionTier.values()).map(RetentionTier::field).forEach(read::add);
    String example = documentedExample();
    String tables = document().substring(document().indexOf("## The file"));
    for (String field : read) {
      assertThat(example).as("example").containsPattern("\\b" + field + ":");
      assertThat(tables)
          .as("tables")
          .containsPattern(
              "`(lock\\.|tls\\.|encoding\\.|copyTo\\.|changes\\.|verify\\.|drill\\.)?"
                  + field
                  + "`");
    }
    assertThat(read).contains("store", "clusters", "ca", "etcd", "endpoints", "keep", "keepWithin");
  }

  @Test
  void policiesAndNamesAreRead() throws Exception {
    BackupConfig config =
        read(
            "c.yaml",
            """
            tarballZone: +01:00
            clusters:
            - {project: a, keepMonthly: 12, keepLast: 7, keepWithin: 36h}
            - {project: b, keep: (last 3 or hourly 24) then weekly 8, tarball: true}
            - {project: c, prefix: nightly/etcd}
            """);
    assertThat(config.tarballZone()).isEqualTo(ZoneId.of("+01:00"));
    assertThat(config.clusters().get(0).retention())
        .contains(
            RetentionPolicy.keepLast(7)
                .or(RetentionPolicy.keepWithin(Duration.ofHours(36)))
                .or(RetentionPolicy.keepMonthly(12)));
    assertThat(config.clusters().get(1).retention().orElseThrow())
        .hasToString("(last 3 or hourly 24) then weekly 8");
    assertThat(config.clusters().get(1).naming()).isEqualTo(NamingConfig.TARBALL);
    assertThat(config.clusters().get(2).naming())
        .isEqualTo(new NamingConfig(BackupKind.PERIODIC, "nightly/etcd"));
  }

  @Test
  void sizesYearsAndMinimaAreRead() throws Exception {
    BackupConfig config =
        read(
            "c.yaml",
            """
            clusters:
            - {project: a, keepYearly: 5, keepWithinBytes: 500GiB, keepAtLeast: 3}
            - {project: b, keep: within 30d, keepAtLeast: 2}
            - {project: c, keepLast: 3, keepWithinProjectBytes: 2TiB}
            """);
    assertThat(config.clusters().get(0).retention().orElseThrow())
        .hasToString("(yearly 5 or within-bytes 500GiB) at least 3");
    assertThat(config.clusters().get(2).retention().orElseThrow())
        .hasToString("last 3 or within-project-bytes 2TiB");
    assertThat(config.clusters().get(1).retention().orElseThrow())
        .hasToString("within 30d at least 2");
  }

  @Test
  void secondStoresAreRead() throws Exception {
    BackupConfig config =
        read(
            "c.yaml",
            """
            copyTo:
            - {name: b, store: "s3://copies/b", endpoint: "https://b:443", profile: b, keepLast: 3}
            - {name: usb, store: "file:///mnt/usb", projects: [a]}
            - {name: near, store: "s3://copies/near", serverSide: true}
            clusters:
            - {project: a}
            - {project: c}
            """);
    assertThat(config.copyTo()).map(SecondStoreConfig::name).containsExactly("b", "usb", "near");
    assertThat(config.copyTo())
        .map(SecondStoreConfig::serverSide)
        .containsExactly(false, false, true);
    assertThat(config.copyTo().get(0).retention().orElseThrow()).hasToString("last 3");
    assertThat(config.copyTo().get(0).takes("c")).isTrue();
    assertThat(config.copyTo().get(1).takes("a")).isTrue();
    assertThat(config.copyTo().get(1).takes("c")).isFalse();
    assertThat(config.copyTo().get(1).retention()).isEmpty();
  }

  @Test
  void aClusterNamesItsSecondStores() throws Exception {
    String stores = "copyTo: [{name: a, store: 's3://site-a'}, {name: b, store: 's3://site-b'}]\n";
    BackupConfig config =
        read(
            "c.yaml",
            stores
                + "clusters: [{project: p, copyTo: [b]}, {project: q, copyTo: []}, {project:"
                + " r}]\n");
    assertThat(config.clusters())
        .map(ClusterConfig::copyTo)
        .containsExactly(Optional.of(List.of("b")), Optional.of(List.of()), Optional.empty());
    assertThatThrownBy(() -> read("c.yaml", stores + "clusters: [{project: p, copyTo: [c]}]\n"))
        .hasMessageContaining("'copyTo' of the file has no store 'c'");
  }

  @Test
  void checksAreRead() throws Exception {
    BackupConfig config =
        read(
            "c.yaml",
            "verify: {every: 1d, sample: 1/7, deep: true}\ndrill: {every: 7d}\nclusters: []\n");
    assertThatThrownBy(() -> read("c.yaml", "verify: {every: 1d, sample: 7}\nclusters: []\n"))
        .hasMessageContaining("'7' is not a share of 1/1 to 1/999");
    assertThat(config.checks())
        .isEqualTo(
            new CheckConfig(
                Optional.of(Duration.ofDays(1)), 7, true, Optional.of(Duration.ofDays(7))));
    assertThat(read("c.yaml", "clusters: []\n").checks()).isEqualTo(CheckConfig.NONE);
    assertThatThrownBy(() -> read("c.yaml", "verify: {deep: true}\nclusters: []\n"))
        .hasMessageContaining("'every' is missing");
    for (String check : List.of("verify", "drill")) {
      assertThatThrownBy(() -> read("c.yaml", check + ": {every: 59s}\nclusters: []\n"))
          .hasMessageEndingWith("c.yaml:1: every: must be 1m or more, not '59s'");
    }
  }

  @Test
  void encodingsAreReadForAllClustersAndForEach() throws Exception {
    BackupConfig config =
        read(
            "c.yaml",
            """
            encoding: {compress: zstd}
            clusters:
            - {project: a}
            - {project: b, encoding: {compress: zstd, level: 19}}
            - {project: c, encoding: {compress: none}}
            - {project: d, tarball: true}
            """);
    assertThat(config.clusters().stream().map(one -> one.encoding().zstdLevel()))
        .containsExactly(Optional.of(1), Optional.of(19), Optional.empty(), Optional.empty());
    assertThatThrownBy(() -> read("c.yaml", "encoding: {level: 3}\nclusters: []\n"))
        .hasMessageContaining("'level' needs 'compress: zstd'");
    assertThatThrownBy(
            () -> read("c.yaml", "encoding: {compress: zstd, level: 20}\nclusters: []\n"))
        .hasMessageContaining("level must be 1 to 19, not '20'");
    assertThatThrownBy(
            () ->
                read(
                    "c.yaml",
                    "clusters:\n- {project: p, tarball: true, encoding: {compress: zstd}}\n"))
        .hasMessageContaining("'tarball' and 'compress' exclude each other");
  }

  @Test
  void aProjectIsEnough() throws Exception {
    BackupConfig config = read("c.yaml", "clusters:\n- project: p\n");

    assertThat(config.store()).isEmpty();
    assertThat(config.clusters())
        .containsExactly(
            new ClusterConfig(
                "p",
                true,
                NO_ETCD,
                Schedule.every(Duration.ofHours(24)),
                Duration.ofHours(24),
                Duration.ZERO,
                NamingConfig.DEFAULT,
                EncodingConfig.NONE,
                Optional.empty(),
                Duration.ofMinutes(10),
                Optional.empty(),
                Optional.empty(),
                "",
                Optional.empty(),
                false,
                Optional.empty()));
    assertThat(config.covered().get(0).maxAge()).isEqualTo(Duration.ofHours(25));
  }

  @Test
  void whatASchedulerNeedsBesides() throws Exception {
    BackupConfig config =
        read(
            "c.yaml",
            """
            store: file:///backups
            lock: {etcd: ["https://l1:2379", "https://l2:2379"], ttl: 20s, tls: {ca: l.crt}}
            listen: 9180
            clusters:
            - project: nightly
              cron: 15 2 * * *
              jitter: 10m
              endpoints: ["http://n:2379"]
              changes: {period: 5s}
            - project: workdays
              cron: "0 3 * * 1-5"
            """);
    LockConfig lock = config.lock().orElseThrow();
    assertThat(lock.ttl()).isEqualTo(Duration.ofSeconds(20));
    assertThat(lock.etcd().endpoints())
        .containsExactly(URI.create("https://l1:2379"), URI.create("https://l2:2379"));
    assertThat(lock.etcd().tls().orElseThrow().ca()).contains(directory.resolve("l.crt"));
    assertThat(config.listen().orElseThrow()).hasToString("/127.0.0.1:9180");
    ClusterConfig nightly = config.clusters().get(0);
    assertThat(nightly.schedule()).isEqualTo(CronSchedule.of("15 2 * * *"));
    assertThat(nightly.jitter()).isEqualTo(Duration.ofMinutes(10));
    assertThat(nightly.changes())
        .contains(new ChangesConfig(Duration.ofSeconds(5), 8 << 20, 360, Optional.empty()));
    assertThat(config.clusters().get(1).changes()).isEmpty();
    assertThat(nightly.covered().maxAge()).isEqualTo(Duration.ofHours(25));
    assertThat(config.clusters().get(1).covered().maxAge())
        .as("the weekend is the longest time, and an hour of grace")
        .isEqualTo(Duration.ofHours(73));
    assertThat(read("d.yaml", "lock: {etcd: [http://l:1]}\nclusters: []").lock())
        .contains(
            new LockConfig(
                new EtcdConfig(
                    List.of(URI.create("http://l:1")),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()),
                Duration.ofSeconds(15)));
    InetSocketAddress everywhere =
        read("e.yaml", "listen: '[::]:0'\nclusters: []").listen().orElseThrow();
    assertThat(everywhere.getAddress().isAnyLocalAddress()).isTrue();
    assertThat(everywhere.getPort()).isZero();
  }

  @Test
  void whatIsUnchangedMayBeSkippedWithinTheMaximumAge() throws Exception {
    String hourly = "clusters:\n- project: p\n  interval: 1h\n  skipUnchanged: true\n";

    assertThat(read("a.yaml", hourly + "  maxAge: 1d\n").clusters().get(0).skipUnchanged())
        .isTrue();
    assertThat(read("b.yaml", "clusters: [{project: p}]").clusters().get(0).skipUnchanged())
        .isFalse();
    for (String maxAge : List.of("", "  maxAge: 119m\n")) {
      assertThatThrownBy(() -> read("c.yaml", hourly + maxAge))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("'skipUnchanged' needs a 'maxAge' of at least two intervals");
    }
  }

  @Test
  void thereMayBeNoClusters() throws Exception {
    assertThat(read("c.yaml", "clusters: []\n").clusters()).isEmpty();
    assertThat(read("c.txt", "# none\n\n").clusters()).isEmpty();
  }

  @Test
  void aByteOrderMarkIsPassedOver() throws Exception {
    assertThat(read("c.yaml", "\uFEFFclusters: []").clusters()).isEmpty();
  }
}
