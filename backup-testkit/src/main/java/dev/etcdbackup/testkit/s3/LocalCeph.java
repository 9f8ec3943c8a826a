package dev.etcdbackup.testkit.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Ceph cluster of one node with a gateway, from the programs of this machine. It is stopped at
 * the latest when the JVM exits.
 *
 * <p>Ceph's programs are taken from the directory that the environment variable {@value #VARIABLE}
 * names, else from the PATH. The work is done by {@link CephScript}.
 */
final class LocalCeph {
  /** The environment variable that names the directory of Ceph's programs. */
  static final String VARIABLE = "ETCDBACKUP_CEPH_BIN";

  private static final List<String> PROGRAMS =
      List.of("ceph", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin");
  private static final List<String> TOOLS = List.of("bash", "curl", "openssl");

  private final Path directory;
  private final Thread ender = new Thread(this::end, "ceph-ender");

  private LocalCeph(Path directory) {
    this.directory = directory;
  }

  /** Returns whether all programs that it needs are available. */
  static boolean possible() {
    String path = System.getenv("PATH");
    String directory = directoryOfPrograms();
    return PROGRAMS.stream()
            .allMatch(program -> isIn(directory.isEmpty() ? path : directory, program))
        && TOOLS.stream().allMatch(tool -> isIn(path, tool));
  }

  /**
   * Starts it; takes some three seconds.
   *
   * @param tls whether the server is its HTTPS side
   */
  static S3Server start(boolean tls) {
    try {
      LocalCeph ceph = new LocalCeph(Files.createTempDirectory("ceph-test"));
      Runtime.getRuntime().addShutdownHook(ceph.ender);
      return ceph.up(tls);
    } catch (IOException e) {
      throw new UncheckedIOException("the Ceph of this machine does not start", e);
    }
  }

  private S3Server up(boolean tls) throws IOException {
    for (String name : List.of(CephScript.NAME, CephScript.FREE_PORTS)) {
      Files.write(directory.resolve(name), CephScript.read(name));
    }
    try {
      run("up");
    } catch (IOException e) {
      close();
      throw e;
    }
    Map<String, String> settings = CephScript.settings(Files.readString(state().resolve("env")));
    return S3Server.ceph(settings::get, tls, this::close);
  }

  private void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(ender);
    } catch (IllegalStateException shuttingDown) {
      // Then the hook has nothing left to do.
    }
  }

  private void end() {
    try {
      if (Files.exists(directory)) {
        run("down");
        for (String name : List.of(CephScript.NAME, CephScript.FREE_PORTS, "log")) {
          Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the Ceph in " + directory + " does not end", e);
    }
  }

  private void run(String command) throws IOException {
    Path log = directory.resolve("log");
    String script = directory.resolve(CephScript.NAME).toString();
    ProcessBuilder builder =
        new ProcessBuilder("bash", script, command, state().toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("INSTALL", "no"); // a test changes nothing on the machine
    Map<String, String> environment = builder.environment();
    environment.merge(
        "PATH", javaHome() + "/bin", (path, java) -> java + File.pathSeparator + path);
    if (!directoryOfPrograms().isEmpty()) {
      environment.compute(
          "PATH", (name, path) -> directoryOfPrograms() + File.pathSeparator + path);
    }
    Process process = builder.start();
    process.getOutputStream().close();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(
          "fixtures/ceph " + command + ": " + Files.readString(log, UTF_8).strip());
    }
  }

  private Path state() {
    return directory.resolve("state");
  }

  private static String javaHome() {
    return System.getProperty("java.home");
  }

  private static String directoryOfPrograms() {
    return Objects.requireNonNullElse(System.getenv(VARIABLE), "");
  }

  private static boolean isIn(@Nullable String path, String program) {
    for (String entry : path == null ? new String[0] : path.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && Files.isExecutable(Path.of(entry, program))) {
        return true;
      }
    }
    return false;
  }
}
