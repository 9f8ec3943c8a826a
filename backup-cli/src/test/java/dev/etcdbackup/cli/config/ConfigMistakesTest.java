package dev.etcdbackup.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations that are refused, with the line and the reason. */
class ConfigMistakesTest {
  @TempDir Path directory;

  private BackupConfig read(String name, String text) throws IOException, ConfigException {
    return BackupConfig.read(Files.writeString(directory.resolve(name), text), Optional.empty());
  }

  @Test
  void everyClusterWithAMistakeIsReported() {
    assertThatThrownBy(
            () -> read("c.yaml", "clusters:\n- {project: p, keepLast: 0}\n- {project: ..}\n"))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(e.problems())
                    .satisfiesExactly(
                        one -> assertThat(one).contains("c.yaml:2: keepLast: "),
                        two -> assertThat(two).contains("c.yaml:3: project: ")));
  }

  @Test
  void aSecondStoreThatIsWrongIsRefusedAtItsLine() {
    assertThatThrownBy(
            () ->
                read(
                    "c.yaml",
                    """
                    copyTo:
                    - {name: b, store: "s3://copies/b"}
                    - {name: b, store: "s3://copies/c"}
                    clusters: []
                    """))
        .hasMessageContaining(":3")
        .hasMessageContaining("the store 'b' of 'copyTo' is configured twice");
    assertThatThrownBy(() -> read("c.yaml", "copyTo: [{name: b}]\nclusters: []\n"))
        .hasMessageContaining("'store' is missing");
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        yaml(1, "is empty", ""),
        yaml(1, "the file must be a map of names and values", "- a"),
        yaml(1, "'clusters' is missing", "store: s3://etcd-backup"),
        yaml(1, "'clusters' must be a list", "clusters:"),
        yaml(2, "'clusters' must be a list", "clusters:\n  project: p"),
        yaml(1, "a cluster must be a map of names and values", "clusters: [p]"),
        yaml(2, "'cluster' is not a known key", "clusters: []\ncluster: []"),
        yaml(2, "'clusters' is given twice", "clusters: []\nclusters: []"),
        yaml(1, "store: 'backups' is not a store", "store: backups\nclusters: []"),
        yaml(3, "holds more than one document", "clusters: []\n---\nclusters: []"),
        yaml(2, "'project' is missing", "clusters:\n- keepLast: 7"),
        yaml(3, "project 'p' is configured twice", "clusters:\n- project: p\n- project: p"),
        yaml(2, "project: project '..' must not have", "clusters:\n- project: .."),
        yaml(2, "project: project 'a/b' must not contain '/'", "clusters:\n- project: a/b"),
        yaml(2, "project: project '' must not be empty", "clusters:\n- project:"),
        yaml(2, "'project' must be a single value", "clusters:\n- project: [p]"),
        yaml(2, "aliases (*name) are not supported", "store: &s s3://bucket\nclusters: [*s]"),
        yaml(2, "tags (!name) are not supported", "clusters:\n- !!java.net.URL x"),
        cluster("'keepLst' is not a known key", "keepLst: 7"),
        cluster("keepLast: must be a number of 1 to 999999999, not '-1'", "keepLast: -1"),
        cluster("keepLast: must be a number of 1 to 999999999, not '0'", "keepLast: 0"),
        cluster("keepLast: must be a number of 1 to 999999999, not '1.5'", "keepLast: 1.5"),
        cluster("keepLast: must be a number of 1 to 999999999, not '1e3'", "keepLast: 1e3"),
        cluster("keepLast: must be a number of 1 to 999999999, not ''", "keepLast:"),
        cluster("keep: expected one of last, within", "keep: ''"),
        cluster("keepWithin: '7' is not a duration", "keepWithin: 7"),
        cluster("keepDaily: must be a number of 1 to 999999999, not '0'", "keepDaily: 0"),
        cluster("tarball: must be true or false, not 'yes'", "tarball: yes"),
        cluster("prefix: prefix must not be empty", "prefix: ''"),
        cluster("prefix: key 'p//a_v", "prefix: /a"),
        yaml(
            4,
            "'keep' excludes 'keepLast' and the other",
            "clusters:\n- project: p\n  keepLast: 7\n  keep: daily 7"),
        yaml(
            4,
            "'tarball' and 'prefix' exclude each other",
            "clusters:\n- project: p\n  tarball: true\n  prefix: x"),
        yaml(1, "tarballZone: must be a time zone", "tarballZone: Mars\nclusters: []"),
        cluster("interval: 'daily' is not a duration", "interval: daily"),
        cluster("interval: '86400' is not a duration", "interval: 86400"),
        cluster("cron: '* * * *' is not a cron expression: ", "cron: '* * * *'"),
        cluster("cron: '0 0 30 2 *' matches no time at all", "cron: 0 0 30 2 *"),
        cluster("jitter: must be 1 day or less, not '25h'", "jitter: 25h"),
        yaml(
            4,
            "'interval' and 'cron' exclude each other",
            "clusters:\n- project: p\n  interval: 1h\n  cron: 0 * * * *"),
        yaml(
            1,
            "ttl: must be 2s to 1h, not '1s'",
            "lock: {etcd: [http://l:1], ttl: 1s}\nclusters: []"),
        yaml(1, "'etcd' of the lock must name an endpoint", "lock: {ttl: 15s}\nclusters: []"),
        yaml(1, "'lock' must be a map of names and values", "lock: http://l:1\nclusters: []"),
        yaml(1, "etcd: 'l:1' is not a server", "lock: {etcd: ['l:1']}\nclusters: []"),
        yaml(1, "listen: must be PORT or ADDRESS:PORT", "listen: localhost:80\nclusters: []"),
        yaml(1, "listen: must be PORT or ADDRESS:PORT", "listen: 65536\nclusters: []"),
        yaml(1, "listen: must be PORT or ADDRESS:PORT", "listen: 1.2.3.400:1\nclusters: []"),
        cluster("timeout: '0s' must be more than 0", "timeout: 0s"),
        cluster("'changes' needs 'endpoints'", "changes: {period: 10s}"),
        cluster("period: must be 1s to 1d, not '172800s'", "changes: {period: 2d}"),
        cluster("bytes: must be a number of 1024 to 67108864, not '9'", "changes: {bytes: 9}"),
        cluster("'hash' is not a known key", "changes: {hash: 9}"),
        cluster("maxAge: '-1h' is not a duration", "maxAge: -1h"),
        cluster("since: must be a time like 2020-02-03T21:00:00Z", "since: yesterday"),
        cluster("since: must be a time like", "since: +20000-01-01T00:00:00Z"),
        cluster("automated: must be true or false, not 'yes'", "automated: yes"),
        cluster("endpoints: 'localhost:2379' is not a server", "endpoints: [localhost:2379]"),
        cluster("endpoints: a URL must not hold a user or password", "endpoints: [http://a:b@c]"),
        cluster("'endpoints' must be a list", "endpoints: http://localhost:2379"),
        cluster("'tls' must be a map", "tls: ca.crt"),
        cluster("'insecure' is not a known key", "tls: {insecure: true}"),
        cluster("'cert' and 'key' go together", "tls: {cert: c.crt}"),
        cluster("'cert' and 'key' go together", "tls: {key: c.key}"),
        cluster("ca: must not be empty", "tls: {ca: ''}"),
        cluster("'user' and 'passwordFile' go together", "user: root"),
        cluster("'user' and 'passwordFile' go together", "passwordFile: p"),
        cluster("passwordFile: Nul character not allowed", "passwordFile: \"a\\0\""),
        cluster("'password' is not a known key", "password: secret"),
        cluster("cannot be read: while parsing a flow sequence", "endpoints: [a"),
        json(1, "cannot be read: Unexpected character", "{clusters: []}"),
        json(
            3,
            "'keepLst' is not a known key",
            "{\"clusters\": [{\n\"project\":\"p\",\n\"keepLst\":7}]}"),
        json(2, "'clusters' is given twice", "{\"clusters\": [],\n\"clusters\": []}"),
        json(2, "cannot be read: Unexpected end-of-input", "{\"clusters\": [\n"),
        txt(1, "must be project.namespace.intervalSeconds.maxBackups.tlsSecret", "p.n.1.1"),
        txt(3, "project 'p' is configured twice", "p.n.1.1.\n\np.n.1.1."),
        txt(1, "project '' must be of a-z, 0-9 and -", "..services.86400.7."),
        txt(1, "project 'a/b' must be of a-z, 0-9 and -", "a/b.services.86400.7."),
        txt(1, "namespace '' must be of a-z, 0-9 and -", "p..86400.7."),
        txt(1, "namespace 'n:1' must be of a-z, 0-9 and -", "p.n:1.86400.7."),
        txt(1, "intervalSeconds must be a number of 1 to 999999999, not '0'", "p.n.0.7."),
        txt(1, "intervalSeconds must be a number of 1 to 999999999, not '1h'", "p.n.1h.7."),
        txt(2, "maxBackups must be a number of 0 to 999999999, not '-1'", "#\np.n.1.-1."),
        txt(1, "tlsSecret '..' must be of a-z, 0-9, - and .", "p.n.1.1..."),
        txt(1, "tlsSecret 'a/b' must be of a-z, 0-9, - and .", "p.n.1.1.a/b"));
  }

  private static Arguments yaml(int line, String reason, String text) {
    return Arguments.of("c.yaml", line, reason, text);
  }

  private static Arguments json(int line, String reason, String text) {
    return Arguments.of("c.json", line, reason, text);
  }

  private static Arguments txt(int line, String reason, String text) {
    return Arguments.of("c.txt", line, reason, text);
  }

  /** A mistake in line 3, in the second field of a cluster. */
  private static Arguments cluster(String reason, String field) {
    return yaml(3, reason, "clusters:\n- project: p\n  " + field);
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakesAreRefusedWithFileLineAndReason(String name, int line, String reason, String text) {
    assertThatThrownBy(() -> read(name, text))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(directory.resolve(name) + ":" + line + ": " + reason)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aFileThatCannotBeReadIsRefused() throws Exception {
    Path latin1 =
        Files.write(directory.resolve("l.yaml"), "ä".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> BackupConfig.read(latin1, Optional.empty()))
        .hasMessage(latin1 + ": is not UTF-8");
    assertThatThrownBy(() -> BackupConfig.read(directory.resolve("none.yaml"), Optional.empty()))
        .hasMessage(directory.resolve("none.yaml") + ": there is no such file");
    assertThatThrownBy(() -> BackupConfig.read(directory, Optional.empty()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(directory + ": cannot be read: ");
  }
}
