package dev.etcdbackup.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The libraries that an application ran with, from the JVM's own log of the classes it loaded. */
final class Libraries {
  /** Name and version in the name of a jar, as in {@code netty-common-4.2.15.Final.jar}. */
  private static final Pattern JAR =
      Pattern.compile("([A-Za-z0-9._-]+?)-(\\d+(?:\\.\\d+)+)(?:\\.Final)?[A-Za-z0-9.-]*\\.jar");

  private final List<String> loaded;

  private Libraries(List<String> loaded) {
    this.loaded = loaded;
  }

  static Libraries loaded(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return new Libraries(lines.filter(line -> line.contains(" source: ")).toList());
    }
  }

  /**
   * gRPC, Netty, Vert.x, protobuf and the AWS SDK; several versions if classes of several, {@code
   * shaded} if classes of backup-etcd-shaded.
   */
  List<String> columns() {
    return List.of(
        versions("io.grpc."),
        versions("io.netty."),
        versions("io.vertx.core."),
        versions("com.google.protobuf."),
        versions("software.amazon.awssdk.core."));
  }

  private String versions(String prefix) {
    TreeSet<String> versions =
        loaded.stream()
            .filter(line -> line.contains("] " + prefix) || line.startsWith(prefix))
            .flatMap(line -> JAR.matcher(line).results().reduce((outer, inner) -> inner).stream())
            .map(jar -> jar.group(2))
            .collect(Collectors.toCollection(TreeSet::new));
    if (loaded.stream().anyMatch(line -> line.contains("dev.etcdbackup.shaded." + prefix))) {
      versions.add("shaded");
    }
    return versions.isEmpty() ? "none" : String.join(" + ", versions);
  }
}
