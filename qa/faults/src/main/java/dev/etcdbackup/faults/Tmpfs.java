package dev.etcdbackup.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * A small file system in memory, mounted for a case. Takes the right to mount, root's as a rule.
 */
record Tmpfs(Path directory) implements AutoCloseable {
  private static final String SIZE = "48m";
  private static final int ATTEMPTS = 100;

  static Tmpfs mount(Path directory) throws IOException {
    run(
        "mount",
        "-t",
        "tmpfs",
        "-o",
        "size=" + SIZE + ",mode=700",
        "etcd-backup",
        directory.toString());
    return new Tmpfs(directory);
  }

  /** Why there can be none here; empty when there can. */
  static Optional<String> refusal() throws IOException {
    Path directory = Files.createTempDirectory("etcd-backup-disk-");
    try {
      mount(directory).close();
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("no tmpfs can be mounted: " + e.getMessage());
    } finally {
      Files.delete(directory);
    }
  }

  /** A process that is just being started has the files of this one open, for a moment. */
  @Override
  public void close() throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        run("umount", directory.toString());
        return;
      } catch (IOException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LockSupport.parkNanos(50_000_000);
      }
    }
  }

  private static void run(String... command) throws IOException {
    Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(said.strip());
    }
  }
}
