package dev.etcdbackup.s3;

import dev.etcdbackup.testkit.Fixtures;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.Assumptions;

/** The S3 servers that the tests know, and others that are listed, by their names. */
final class ListedServers {
  private static final Set<String> REQUIRED = Set.of("s3proxy", "rgw", "moto", "s3mock");
  private static final Set<String> KNOWN =
      new LinkedHashSet<>(
          List.of(
              "rgw",
              "s3proxy",
              "moto",
              "s3mock",
              "versitygw",
              "minio",
              "gofakes3",
              "seaweedfs",
              "garage"));

  private ListedServers() {}

  /** The names of all servers, or of those in ETCDBACKUP_S3_ONLY. */
  static Set<String> names() {
    Set<String> names = new LinkedHashSet<>(KNOWN);
    S3Server.listed().keySet().forEach(one -> names.add(one.replaceFirst("-.*", "")));
    String only = System.getenv("ETCDBACKUP_S3_ONLY");
    if (only != null && !only.isBlank()) {
      names.retainAll(Set.of(only.strip().split("\\s+")));
    }
    return names;
  }

  /** Opens a server, aborts or fails the test when it is missing, and begins its row. */
  static S3Server open(String name) throws IOException {
    switch (name) {
      case "s3proxy" -> {
        ServerRow.begin(name, versionOfS3proxy());
        return S3Server.embedded();
      }
      case "rgw" -> {
        String version = System.getenv("ETCDBACKUP_RGW_VERSION");
        S3Server server = S3Server.ceph();
        ServerRow.begin(name, version == null ? "unknown" : version);
        return server;
      }
      default -> {
        Map.Entry<String, S3Server> found =
            S3Server.listed().entrySet().stream()
                .filter(one -> one.getKey().replaceFirst("-.*", "").equals(name))
                .findFirst()
                .orElseThrow(() -> missing(name));
        ServerRow.begin(name, found.getKey().replaceFirst("[^-]*-?", ""));
        return found.getValue();
      }
    }
  }

  /** Servers that only Go builds are not required. */
  private static RuntimeException missing(String name) {
    String text =
        "no %1$s: run 'fixtures/s3 up %1$s target/s3; . target/s3/%1$s/env', or list one of yours in"
                .formatted(name)
            + " ETCDBACKUP_S3_SERVERS";
    return REQUIRED.contains(name) ? Fixtures.missing(text) : Assumptions.abort(text);
  }

  private static String versionOfS3proxy() throws IOException {
    Properties pom = new Properties();
    try (InputStream in =
        S3Proxy.class.getResourceAsStream("/META-INF/maven/org.gaul/s3proxy/pom.properties")) {
      pom.load(in);
    }
    return pom.getProperty("version");
  }
}
