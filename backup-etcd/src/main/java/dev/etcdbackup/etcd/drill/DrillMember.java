package dev.etcdbackup.etcd.drill;

import dev.etcdbackup.internal.FailureText;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real etcd, started from a restored data directory. */
final class DrillMember implements Closeable {
  /** Its name. */
  static final String NAME = "drill";

  /** Its peer address in the data, which no member connects to: it is the only one. */
  static final String PEER = "http://127.0.0.1:2380";

  private static final int ATTEMPTS = 3;
  private static final Pattern VERSION = Pattern.compile("\"etcdserver\":\"([^\"]*)\"");
  private static final int MAX_ANSWER = 4096;
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Process process;
  private final Thread killer;
  private final DrillDirectory directory;
  private final URI address;

  private DrillMember(Process process, DrillDirectory directory, URI address) {
    this.process = process;
    this.directory = directory;
    this.address = address;
    this.killer = new Thread(process::destroyForcibly, "etcd-backup-drill-end");
    Runtime.getRuntime().addShutdownHook(killer);
  }

  /** One of its ports was taken between being found free and being used. */
  private static final class PortTakenException extends FailedException {
    private static final long serialVersionUID = 1L;

    PortTakenException(String message) {
      super(message);
    }
  }

  /** The etcd could not be started from the data, or is not well. */
  static class FailedException extends IOException {
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
  static DrillMember start(Path binary, DrillDirectory directory, Duration timeout)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      List<URI> addresses = freeAddresses();
      DrillMember member =
          new DrillMember(launch(binary, directory, addresses), directory, addresses.get(0));
      try {
        member.awaitHealth(timeout);
        return member;
      } catch (PortTakenException e) {
        member.close();
        if (attempt == ATTEMPTS) {
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        member.close();
        throw e;
      }
    }
  }

  private static List<URI> freeAddresses() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    try (ServerSocket one = new ServerSocket(0, 1, loopback);
        ServerSocket other = new ServerSocket(0, 1, loopback)) {
      return Stream.of(one, other)
          .map(socket -> URI.create("http://127.0.0.1:" + socket.getLocalPort()))
          .toList();
    }
  }

  private static Process launch(Path binary, DrillDirectory directory, List<URI> addresses)
      throws IOException {
    String client = addresses.get(0).toString();
    ProcessBuilder builder =
        new ProcessBuilder(
                binary.toString(),
                "--name=" + NAME,
                "--data-dir=" + directory.dataDir(),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + addresses.get(1),
                "--initial-advertise-peer-urls=" + PEER,
                "--initial-cluster=" + NAME + "=" + PEER,
                "--quota-backend-bytes=" + (64L << 30))
            .directory(directory.directory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.log().toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
    if (System.getProperty("os.arch").equals("aarch64")) {
      builder.environment().put("ETCD_UNSUPPORTED_ARCH", "arm64"); // 3.4 wants to be asked
    }
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      return process;
    } catch (IOException e) {
      throw new FailedException(binary + " cannot be started: " + FailureText.of(e), e);
    }
  }

  private void awaitHealth(Duration timeout) throws IOException {
    long end = System.nanoTime() + timeout.toNanos();
    String last = "nothing answered";
    while (System.nanoTime() < end) {
      if (ended(20)) {
        String message = "etcd ended instead of starting: " + lastLine();
        throw Files.readString(directory.log(), StandardCharsets.ISO_8859_1)
                .contains("address already in use")
            ? new PortTakenException(message)
            : new FailedException(message);
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

  /** Where clients connect. */
  URI address() {
    return address;
  }

  /** The version it says it is. */
  String version() throws IOException {
    Matcher version = VERSION.matcher(get("/version").replace(" ", ""));
    return version.find() ? version.group(1) : "of unknown version";
  }

  private String get(String path) throws IOException {
    URI uri = address.resolve(path);
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
    byte[] log = Files.readAllBytes(directory.log());
    List<String> lines = new String(log, StandardCharsets.UTF_8).lines().toList();
    return lines.isEmpty() ? "it wrote no log" : lines.get(lines.size() - 1);
  }

  /** Ends the process: asks it to terminate, and kills it when it does not. */
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
