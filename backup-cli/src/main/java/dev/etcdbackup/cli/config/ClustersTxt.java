package dev.etcdbackup.cli.config;

import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.Schedule;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code clusters.txt} of the replaced system: {@code
 * project.namespace.intervalSeconds.maxBackups.tlsSecret} on each line, the last field empty for a
 * connection without TLS. Blank lines and lines that begin with {@code #} are ignored.
 *
 * <p>A cluster is reached through its client service, {@code PROJECT-etcd-client.NAMESPACE:2379}.
 * {@code maxBackups} 0 keeps all of them. A TLS secret is a directory with the three files the
 * operator's secrets have.
 */
final class ClustersTxt {
  /** What project and namespace must be to become parts of a host name. */
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

  private final String file;
  private final Path tlsDir;

  ClustersTxt(String file, Path tlsDir) {
    this.file = file;
    this.tlsDir = tlsDir;
  }

  BackupConfig read(String text) throws ConfigException {
    List<ClusterConfig> clusters = new ArrayList<>();
    Set<String> projects = new HashSet<>();
    int number = 0;
    for (String line : text.lines().map(String::strip).toList()) {
      number++;
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      FileLocation at = new FileLocation(file, number);
      ClusterConfig cluster = cluster(line, at);
      if (!projects.add(cluster.project())) {
        throw at.refuse("project '" + cluster.project() + "' is configured twice");
      }
      clusters.add(cluster);
    }
    return new BackupConfig(
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        ZoneOffset.UTC,
        List.of(),
        CheckConfig.NONE,
        clusters);
  }

  private ClusterConfig cluster(String line, FileLocation at) throws ConfigException {
    String[] fields = line.split("\\.", 5);
    if (fields.length < 5) {
      throw at.refuse(
          "must be project.namespace.intervalSeconds.maxBackups.tlsSecret, not '" + line + "'");
    }
    String project = fields[0];
    if (!project.matches(LABEL)) {
      throw at.refuse("project '" + project + "' must be of a-z, 0-9 and -");
    }
    if (!fields[1].matches(LABEL)) {
      throw at.refuse("namespace '" + fields[1] + "' must be of a-z, 0-9 and -");
    }
    int interval = number("intervalSeconds", 1, fields[2], at);
    int maxBackups = number("maxBackups", 0, fields[3], at);
    Optional<TlsFiles> tls = tls(fields[4], at);
    String scheme = tls.isPresent() ? "https" : "http";
    URI endpoint = URI.create(scheme + "://" + project + "-etcd-client." + fields[1] + ":2379");
    ClusterConfig.Builder cluster =
        ClusterConfig.builder(project)
            .etcd(new EtcdConfig(List.of(endpoint), tls, Optional.empty(), Optional.empty()))
            .schedule(Schedule.every(Duration.ofSeconds(interval)), Duration.ofSeconds(interval));
    if (maxBackups > 0) {
      cluster.retention(RetentionPolicy.keepLast(maxBackups));
    }
    return cluster.build();
  }

  private Optional<TlsFiles> tls(String secret, FileLocation at) throws ConfigException {
    if (secret.isEmpty()) {
      return Optional.empty();
    }
    if (!secret.matches(LABEL + "(\\." + LABEL + ")*")) {
      throw at.refuse("tlsSecret '" + secret + "' must be of a-z, 0-9, - and .");
    }
    Path directory = tlsDir.resolve(secret);
    return Optional.of(
        new TlsFiles(
            Optional.of(directory.resolve("etcd-client-ca.crt")),
            Optional.of(directory.resolve("etcd-client.crt")),
            Optional.of(directory.resolve("etcd-client.key"))));
  }

  private static int number(String name, int least, String text, FileLocation at)
      throws ConfigException {
    if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) < least) {
      throw at.refuse(name + " must be a number of " + least + " to 999999999, not '" + text + "'");
    }
    return Integer.parseInt(text);
  }
}
