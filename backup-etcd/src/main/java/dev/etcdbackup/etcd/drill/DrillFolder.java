package dev.etcdbackup.etcd.drill;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A temporary folder for a member that is thrown away. */
record DrillFolder(Path folder) implements Closeable {
  static DrillFolder in(Path parent) throws IOException {
    return new DrillFolder(Files.createTempDirectory(parent, "etcd-backup-drill-"));
  }

  Path dataDir() {
    return folder.resolve("data");
  }

  Path database() {
    return dataDir().resolve("member/snap/db");
  }

  Path log() {
    return folder.resolve("etcd.log");
  }

  /** Deletes the folder. */
  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
