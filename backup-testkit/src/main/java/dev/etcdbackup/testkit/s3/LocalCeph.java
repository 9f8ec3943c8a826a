package dev.etcdbackup.testkit.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A one-node Ceph from the programs of this machine, with a gateway. It does not outlive the JVM.
 *
 * <p>The work is done by the script {@code fixtures/ceph}, which is in this jar.
 */
final class LocalCeph {
  private static final List<String> PROGRAMS =
      List.of(
          "bash",
          "ceph",
          "ceph-mon",
          "ceph-osd",
          "curl",
          "monmaptool",
          "openssl",
          "radosgw",
          "radosgw-admin");
  private static final Pattern EXPORT = Pattern.compile("export (\\w+)=(.*)");

  private final Path folder;
  private final Thread ender = new Thread(this::end, "ceph-ender");

  private LocalCeph(Path folder) {
    this.folder = folder;
  }

  /** Whether all it takes is on the PATH. */
  static boolean possible() {
    return PROGRAMS.stream().allMatch(LocalCeph::onThePath);
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
    for (String name : List.of("ceph", "FreePorts.java")) {
      try (InputStream script = LocalCeph.class.getResourceAsStream(name)) {
        if (script == null) {
          throw new IOException("backup-testkit was built without the script " + name);
        }
        Files.copy(script, folder.resolve(name));
      }
    }
    try {
      run("up");
    } catch (IOException e) {
      close();
      throw e;
    }
    Map<String, String> settings = new HashMap<>();
    for (String line : Files.readAllLines(state().resolve("env"))) {
      Matcher export = EXPORT.matcher(line);
      if (export.matches()) {
        settings.put(export.group(1), export.group(2));
      }
    }
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
      if (Files.exists(folder)) {
        run("down");
        for (String name : List.of("ceph", "FreePorts.java", "log")) {
          Files.deleteIfExists(folder.resolve(name));
        }
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the Ceph in " + folder + " does not end", e);
    }
  }

  private void run(String command) throws IOException {
    Path log = folder.resolve("log");
    String script = folder.resolve("ceph").toString();
    ProcessBuilder builder =
        new ProcessBuilder("bash", script, command, state().toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().put("INSTALL", "no"); // a test changes nothing on the machine
    builder
        .environment()
        .merge("PATH", javaHome() + "/bin", (path, java) -> java + File.pathSeparator + path);
    Process process = builder.start();
    process.getOutputStream().close();
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(
          "fixtures/ceph " + command + ": " + Files.readString(log, UTF_8).strip());
    }
  }

  private Path state() {
    return folder.resolve("state");
  }

  private static String javaHome() {
    return System.getProperty("java.home");
  }

  private static boolean onThePath(String program) {
    String path = System.getenv("PATH");
    for (String entry : path == null ? new String[0] : path.split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && Files.isExecutable(Path.of(entry, program))) {
        return true;
      }
    }
    return false;
  }
}
