package dev.etcdbackup.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A program of this machine. */
final class Program {
  private Program() {}

  /** Whether there is one of this name on the path, or of this path. */
  static boolean isThere(String name) {
    if (name.contains("/")) {
      return Files.isExecutable(Path.of(name));
    }
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
  }

  /** The first line it prints when asked for its version. */
  static String version(String program, String option) throws IOException {
    return output(List.of(program, option)).lines().findFirst().orElse("");
  }

  /** Installs a package of Debian or Ubuntu, which takes root. */
  static void install(String debianPackage) throws IOException {
    output(List.of("apt-get", "-q", "update"));
    output(List.of("apt-get", "-q", "-y", "--no-install-recommends", "install", debianPackage));
  }

  /**
   * Runs one to its end.
   *
   * @return what it printed
   * @throws IOException when it cannot be run or fails
   */
  static String output(List<String> words) throws IOException {
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(String.join(" ", words) + " failed: " + output.strip());
    }
    return output;
  }
}
