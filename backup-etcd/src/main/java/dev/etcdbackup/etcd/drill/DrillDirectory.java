package dev.etcdbackup.etcd.drill;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A temporary directory for a member that is thrown away. */
record DrillDirectory(Path directory) implements Closeable {
  static DrillDirectory in(Path parent) throws IOException {
    return new DrillDirectory(Files.createTempDirectory(parent, "etcd-backup-drill-"));
  }

  Path dataDir() {
    return directory.resolve("data");
  }

  Path database() {
    return dataDir().resolve("member/snap/db");
  }

  Path log() {
    return directory.resolve("etcd.log");
  }

  /** Deletes the directory. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
