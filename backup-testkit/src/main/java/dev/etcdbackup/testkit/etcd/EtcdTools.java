package dev.etcdbackup.testkit.etcd;

import dev.etcdbackup.testkit.Fixtures;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs etcd's own command line tools, for comparison with this library.
 *
 * <p>They are taken from the directory of the environment variable {@value #VARIABLE} or, when that
 * is not set, from the PATH, and otherwise run in a container, which has access to the directory
 * for temporary files only. Thread-safe.
 */
public final class EtcdTools {
  /** The environment variable that names the directory of etcd's programs. */
  public static final String VARIABLE = "ETCDBACKUP_ETCD_BIN";

  private static final Duration LIMIT = Duration.ofMinutes(1);

  private EtcdTools() {}

  /**
   * Returns the output of {@code snapshot status} for a file: {@code etcdutl} where there is one
   * (3.5 and newer), else {@code etcdctl}.
   *
   * @param snapshot the file
   * @return its JSON: hash, revision, totalKey, totalSize and, from 3.6 on, version
   * @throws java.io.InterruptedIOException when the thread is interrupted, its interrupt status
   *     set, or a tool of this machine does not end within 1 minute; it is killed then
   * @throws IOException when the tool rejects the file; the message contains its error output
   */
  public static String snapshotStatus(Path snapshot) throws IOException {
    boolean only34 = find("etcdutl").isEmpty() && find("etcdctl").isPresent();
    String tool = only34 ? "etcdctl" : "etcdutl";
    return run(tool, Map.of(), "snapshot", "status", snapshot.toString(), "-w", "json");
  }

  /** Finds a program. */
  static Optional<Path> find(String program) {
    String directory = System.getenv(VARIABLE);
    String path = directory == null || directory.isEmpty() ? System.getenv("PATH") : directory;
    for (String entry : path == null ? new String[0] : path.split(File.pathSeparator)) {
      Path file = Path.of(entry, program).toAbsolutePath();
      if (!entry.isEmpty() && Files.isExecutable(file)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  /**
   * Runs a program and waits until it ends, at most 1 minute.
   *
   * @param environment settings, and secrets, which must not be arguments
   * @return its standard output
   * @throws IOException when its exit code is not 0; the message contains its error output
   */
  static String run(String program, Map<String, String> environment, String... arguments)
      throws IOException {
    Map<String, String> settings = new HashMap<>(environment);
    settings.put("ETCDCTL_API", "3");
    Optional<Path> found = find(program);
    if (found.isPresent()) {
      return run(found.get(), settings, arguments);
    }
    if (Fixtures.dockerRuns()) {
      return EtcdContainer.run(program, settings, arguments);
    }
    throw Fixtures.missing("no " + program + " in $" + VARIABLE + " or on the PATH, and no Docker");
  }

  /** Runs a program of this machine, as above. */
  static String run(Path program, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCDCTL_"));
    builder.environment().putAll(environment);
    Path output = Files.createTempFile("etcd-tool", ".out");
    Path errors = Files.createTempFile("etcd-tool", ".err");
    Process process = null;
    try {
      process = builder.redirectOutput(output.toFile()).redirectError(errors.toFile()).start();
      process.getOutputStream().close();
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new InterruptedIOException(program.getFileName() + " did not end within " + LIMIT);
      }
      if (process.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + ": " + Files.readString(errors).strip());
      }
      return Files.readString(output);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + program.getFileName() + " ran");
    } finally {
      if (process != null) {
        process.destroyForcibly(); // one that has ended already is not affected
      }
      Files.delete(output);
      Files.delete(errors);
    }
  }
}
