package dev.etcdbackup.embedding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** The process of an application. */
final class Application implements AutoCloseable {
  /** Enough on a machine that runs all other tests meanwhile. */
  static final Duration PATIENCE = Duration.ofMinutes(3);


  private final Process process;

  private Application(Process process) {
    this.process = process;
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly)); // time was up
  }

  /**
   * Starts it.
   *
   * @param arguments start the application, from the directory
   * @param log where its output goes
   * @param classes where the JVM writes which class it loaded from where
   */
  static Application start(
      Path directory,
      List<String> arguments,
      Map<String, String> environment,
      Path log,
      Path classes)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.add("-Xlog:class+load=info:file=" + classes.toAbsolutePath() + "::filecount=0");
    line.addAll(arguments);
    Files.deleteIfExists(classes);
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    return new Application(builder.start());
  }

  /**
   * Waits until the condition holds, for as long as the application runs and {@link #PATIENCE} at most.
   */
  void await(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.call()) {
      if (!process.isAlive()) {
        throw new AssertionError("the application ended with " + process.exitValue());
      }
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  /**
   * Ends it as a service manager does, and checks that it ends. A graceful shutdown of Spring waits
   * up to 30 s for requests, then the scheduler up to 20 s for a backup.
   */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      throw new AssertionError("the application did not end within 90 s of SIGTERM");
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
