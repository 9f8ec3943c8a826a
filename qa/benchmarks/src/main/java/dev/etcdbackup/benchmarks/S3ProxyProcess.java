package dev.etcdbackup.benchmarks;

import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An S3 server over a directory, in a JVM of its own so that its memory and CPU time are measured
 * apart. Prints its endpoint and credentials; ends at the end of its input.
 */
final class S3ProxyProcess {
  private S3ProxyProcess() {}

  /**
   * Runs it.
   *
   * @param arguments none; the directory is in {@code BENCH_DIRECTORY}
   */
  public static void main(String[] arguments) throws IOException {
    try (S3Server server = S3Server.embedded(Path.of(System.getenv("BENCH_DIRECTORY")))) {
      System.out.println(server.endpoint() + " " + server.accessKey() + ' ' + server.secretKey());
      while (System.in.read() >= 0) {
        // No input comes until the end.
      }
    }
  }
}
