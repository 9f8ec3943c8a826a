package dev.etcdbackup.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file to be written in a directory of its own, which only its owner can look into; both go when
 * this is closed.
 */
record TemporarySnapshot(Path file) implements Closeable {
  static TemporarySnapshot create() throws IOException {
    return new TemporarySnapshot(
        Files.createTempDirectory(directory(), "etcd-backup-").resolve("snapshot.db"));
  }

  /** Where temporary files go: {@code /tmp}, or {@code -Djava.io.tmpdir}. */
  static Path directory() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    Files.deleteIfExists(file.toAbsolutePath().getParent());
  }
}
