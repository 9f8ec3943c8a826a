package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Ceph RADOS Gateway: the one the environment names, or one of {@code fixtures/ceph}. */
final class BenchmarkCeph {
  /** Where the one of the fixture keeps its files. */
  static final String DIRECTORY = "ceph";

  private static final String FIXTURE = "fixtures/ceph";
  private static final Pattern EXPORT = Pattern.compile("export (\\w+)=(.*)");

  private BenchmarkCeph() {}

  /** A gateway, left at the end as it was; empty, with a note, if there can be none. */
  static Optional<S3Target> start(BenchmarkServers lab) throws IOException {
    if (System.getenv().containsKey("ETCDBACKUP_RGW_ENDPOINT")) {
      S3Target target = target(lab, System.getenv());
      lab.closeAtTheEnd(target::deleteBucket);
      return Optional.of(target);
    }
    if (!Program.isThere("radosgw") && !lab.settings().install()) {
      lab.note("Ceph is not installed and left out; --install installs it");
      return Optional.empty();
    }
    lab.progress().println("starting Ceph");
    String directory = lab.file(DIRECTORY).toString();
    // What a step stores, what the steps before did that is not freed yet, and some to list.
    long room = 3 * lab.settings().storedBytes() + (4L << 30);
    Program.output(List.of("env", "MEM_BYTES=" + room, FIXTURE, "up", directory));
    lab.closeAtTheEnd(() -> Program.output(List.of(FIXTURE, "down", directory)));
    return Optional.of(target(lab, exports(Path.of(directory, "env"))));
  }

  private static S3Target target(BenchmarkServers lab, Map<String, String> variables)
      throws IOException {
    if (Program.isThere("radosgw")) {
      lab.metadata().put("Ceph", Program.version("radosgw", "--version"));
    }
    return new S3Target(
        "rgw",
        URI.create(required(variables, "ETCDBACKUP_RGW_ENDPOINT")),
        required(variables, "ETCDBACKUP_RGW_ACCESS_KEY"),
        required(variables, "ETCDBACKUP_RGW_SECRET_KEY"));
  }

  private static String required(Map<String, String> variables, String name) throws IOException {
    String value = variables.get(name);
    if (value == null) {
      throw new IOException(name + " is not set beside its fellows");
    }
    return value;
  }

  private static Map<String, String> exports(Path file) throws IOException {
    Map<String, String> exports = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      Matcher export = EXPORT.matcher(line);
      if (export.matches()) {
        exports.put(export.group(1), export.group(2));
      }
    }
    return exports;
  }
}
