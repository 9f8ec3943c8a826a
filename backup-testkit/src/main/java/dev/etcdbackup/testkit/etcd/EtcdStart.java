package dev.etcdbackup.testkit.etcd;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The start of a server, with the wait until it is ready.
 *
 * @param process the started process
 * @param gateway the gateway at its port
 * @param log the file with its output
 */
record EtcdStart(EtcdProcess process, EtcdGateway gateway, Path log) {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int LOG_LINES = 15;

  /**
   * Waits until the server has a leader and is verified to be the one that was started: its member
   * id belongs to its name, which no other server has, or is the expected one.
   *
   * @return its member id
   * @throws PortTakenException when another process has its port
   * @throws IOException when it ends, or is not ready in time
   */
  String await(String name, Optional<String> expectedId) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    String last = "no answer";
    while (System.nanoTime() < end) {
      if (!process.alive()) {
        throw ended();
      }
      try {
        String status = gateway.status();
        last = status;
        if (!EtcdGateway.field("leader", status).orElse("0").equals("0")) {
          Optional<String> id = expectedId.isEmpty() ? gateway.memberId(name) : expectedId;
          if (id.isPresent()) {
            return requireAnswering(id.get(), status);
          }
          last = "no member is called " + name; // it publishes its name a little later
        }
      } catch (PortTakenException e) {
        throw e;
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
      pause();
    }
    throw new IOException("etcd is not ready after " + LIMIT + ": " + last + "\n" + tail());
  }

  /**
   * Adds a learner as soon as the members have been connected for the 5 seconds that etcd requires.
   *
   * @return its member id
   */
  static String addLearner(EtcdGateway gateway, URI peer) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      try {
        return gateway.addLearner(peer);
      } catch (IOException e) {
        boolean settling = String.valueOf(e.getMessage()).contains("unhealthy cluster");
        if (!settling || System.nanoTime() > end) {
          throw e;
        }
      }
      pause();
    }
  }

  /** Deletes a directory and its contents, if it is there. */
  static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static String requireAnswering(String id, String status) throws IOException {
    if (!EtcdGateway.field("member_id", status).orElse("").equals(id)) {
      throw new PortTakenException("another etcd than member " + id + " answers: " + status);
    }
    return id;
  }

  private IOException ended() throws IOException {
    String tail = tail();
    return tail.contains("address already in use")
        ? new PortTakenException(tail)
        : new IOException("etcd ended instead of starting:\n" + tail);
  }

  private String tail() throws IOException {
    if (!Files.exists(log)) {
      return "(no log)";
    }
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while etcd was starting");
    }
  }

  /**
   * Reports that a port was taken after it was found free; the start is repeated with other ports.
   */
  static final class PortTakenException extends IOException {
    private static final long serialVersionUID = 1L;

    PortTakenException(String message) {
      super(message);
    }
  }
}
