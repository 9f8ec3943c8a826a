package dev.etcdbackup.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the figures were measured on. */
final class Machine {
  private Machine() {}

  /** The hardware, the system and this JVM. */
  static Map<String, String> metadata() throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    int cores = Runtime.getRuntime().availableProcessors();
    metadata.put("processor", cores + " × " + field("/proc/cpuinfo", "model name"));
    long kib = Long.parseLong(field("/proc/meminfo", "MemTotal").replaceAll("\\D", ""));
    metadata.put("memory", (kib >> 20) + " GiB");
    metadata.put("kernel", System.getProperty("os.name") + ' ' + System.getProperty("os.version"));
    metadata.put("JVM", System.getProperty("java.vm.name") + ' ' + Runtime.version());
    metadata.put("warm JVM's flags", String.join(" ", WarmJvm.FLAGS));
    metadata.put("jetcd", jar(io.etcd.jetcd.Client.class));
    metadata.put("AWS SDK", jar(software.amazon.awssdk.services.s3.S3Client.class));
    metadata.put("s3proxy", jar(org.gaul.s3proxy.S3Proxy.class));
    return metadata;
  }

  private static String field(String file, String name) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown");
    }
  }

  /** The name of a library's jar, which bears its version. */
  private static String jar(Class<?> type) {
    String path = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    return Path.of(path).getFileName().toString().replace(".jar", "");
  }
}
