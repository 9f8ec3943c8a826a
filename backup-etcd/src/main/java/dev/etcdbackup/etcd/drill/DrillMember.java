package dev.etcdbackup.etcd.drill;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real etcd, started from a restored data folder. */
final class DrillMember implements Closeable {
  private static final Pattern VERSION = Pattern.compile("\"etcdserver\":\"([^\"]*)\"");
  private static final int MAX_ANSWER = 4096;
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Process process;
  private final Thread killer;
  private final DrillFolder folder;

  private DrillMember(Process process, DrillFolder folder) {
    this.process = process;
    this.folder = folder;
    this.killer = new Thread(process::destroyForcibly, "etcd-backup-drill-end");
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /** The etcd could not be started from the data, or is not well. */
  static final class FailedException extends IOException {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }

    FailedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Starts it and waits until it is healthy: has a leader, and reads through it.
   *
   * @throws FailedException when it ends, or is not healthy in time, with the end of its log
   */
  static DrillMember start(Path binary, DrillFolder folder, Duration timeout) throws IOException {
    DrillMember member = new DrillMember(launch(binary, folder), folder);
    try {
      member.awaitHealth(timeout);
      return member;
    } catch (IOException | RuntimeException e) {
      member.close();
      throw e;
    }
  }

  private static Process launch(Path binary, DrillFolder folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                binary.toString(),
                "--name=" + DrillFolder.NAME,
                "--data-dir=" + folder.dataDir(),
                "--listen-client-urls=" + folder.client(),
                "--advertise-client-urls=" + folder.client(),
                "--listen-peer-urls=" + folder.peer(),
                "--initial-advertise-peer-urls=" + folder.peer(),
                "--initial-cluster=" + DrillFolder.NAME + "=" + folder.peer(),
                "--quota-backend-bytes=" + (64L << 30))
            .directory(folder.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.log().toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
    if (System.getProperty("os.arch").equals("aarch64")) {
      builder.environment().put("ETCD_UNSUPPORTED_ARCH", "arm64"); // 3.4 wants to be asked
    }
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new FailedException(binary + " cannot be started: " + e.getMessage(), e);
    }
  }

  private void awaitHealth(Duration timeout) throws IOException {
    long end = System.nanoTime() + timeout.toNanos();
    String last = "nothing answered";
    while (System.nanoTime() < end) {
      if (ended(20)) {
        throw new FailedException("etcd ended instead of starting: " + lastLine());
      }
      try {
        last = get("/health");
        if (last.replace(" ", "").contains("\"health\":\"true\"")) {
          return;
        }
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
    }
    throw new FailedException(
        "etcd is not healthy after " + timeout.toSeconds() + " s: " + last + "; " + lastLine());
  }

  private boolean ended(long millis) throws InterruptedIOException {
    try {
      return process.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while etcd was starting");
    }
  }

  /** The version it says it is. */
  String version() throws IOException {
    Matcher version = VERSION.matcher(get("/version").replace(" ", ""));
    return version.find() ? version.group(1) : "of unknown version";
  }

  private String get(String path) throws IOException {
    URI uri = folder.client().resolve(path);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setConnectTimeout(1000);
    connection.setReadTimeout(5000);
    try (InputStream in =
        connection.getResponseCode() < 400
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      return in == null ? "" : new String(in.readNBytes(MAX_ANSWER), StandardCharsets.UTF_8);
    } finally {
      connection.disconnect();
    }
  }

  private String lastLine() throws IOException {
    byte[] log = Files.readAllBytes(folder.log());
    List<String> lines = new String(log, StandardCharsets.UTF_8).lines().toList();
    return lines.isEmpty() ? "it wrote no log" : lines.get(lines.size() - 1);
  }

  /** Ends it, kindly if it lets itself be ended so. */
  @Override
  public void close() {
    process.destroy();
    boolean interrupted = false;
    try {
      interrupted = Thread.interrupted();
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      process.destroyForcibly();
    }
    process.onExit().join();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException shuttingDown) {
      // then the hook has nothing left to do
    }
  }
}
