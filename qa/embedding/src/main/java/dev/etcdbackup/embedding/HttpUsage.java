package dev.etcdbackup.embedding;

import dev.etcdbackup.BackupLock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** Uses an application through its own HTTP server. */
final class HttpUsage implements Usage {
  private static final int KEPT = 3;

  private final Cluster cluster;
  private final int port;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  HttpUsage(Cluster cluster) throws IOException {
    this.cluster = cluster;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      this.port = free.getLocalPort();
    }
  }

  @Override
  public Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(cluster.environment());
    environment.put("PORT", String.valueOf(port));
    return environment;
  }

  @Override
  public String run(Application application) throws Exception {
    application.await("the first scheduled backup", () -> !listed().isEmpty());
    String scheduled = listed().get(0);
    for (int i = 0; i < KEPT; i++) {
      takeOne();
    }
    application.await("pruning of the oldest", () -> !cluster.names().contains(scheduled));
    requireEqual("the number of backups after pruning", KEPT, cluster.names().size());
    requireEqual("the listed backups", cluster.names(), listed());
    waitsForTheLock(application);
    cluster.etcd().put("newest", "value");
    download(takeOne(), "newest");
    return "OK";
  }

  private String takeOne() throws Exception {
    String taken = send(post());
    requireEqual("the newest backup", taken, cluster.names().get(cluster.names().size() - 1));
    return taken;
  }

  /** As long as another process has the lock, no backup is stored; then it is. */
  private void waitsForTheLock(Application application) throws Exception {
    CompletableFuture<HttpResponse<String>> answer;
    try (BackupLock.Held held = acquired(application)) {
      List<String> before = cluster.names();
      answer = http.sendAsync(post(), BodyHandlers.ofString());
      requireUnanswered(answer);
      requireEqual("the backups while another has the lock", before, cluster.names());
      if (!held.confirm()) {
        throw new AssertionError("another process took the lock while it was held");
      }
    }
    requireEqual("the status of the answer", 200, answer.get(Application.PATIENCE.toSeconds(), TimeUnit.SECONDS).statusCode());
  }

  /** The application holds the lock a little longer than the backup that its prune deleted is there. */
  private BackupLock.Held acquired(Application application) throws Exception {
    AtomicReference<BackupLock.Held> held = new AtomicReference<>();
    application.await(
        "the application's lock to be released",
        () -> {
          cluster.lock().tryAcquire(Cluster.PROJECT, () -> {}).ifPresent(held::set);
          return held.get() != null;
        });
    return held.get();
  }

  private static void requireUnanswered(CompletableFuture<?> answer) throws Exception {
    try {
      answer.get(2, TimeUnit.SECONDS);
      throw new AssertionError("a backup was taken without the lock");
    } catch (TimeoutException expected) {
      // It waits.
    }
  }

  private void download(String name, String key) throws Exception {
    Path file = Files.createTempFile("downloaded", ".db");
    try {
      HttpResponse<Path> answer =
          http.send(request("/" + name).GET().build(), BodyHandlers.ofFile(file));
      requireEqual("the status of the download", 200, answer.statusCode());
      cluster.requireNewest(file, key);
    } finally {
      Files.delete(file);
    }
  }

  /** The names that the application lists; none as long as it does not listen. */
  private List<String> listed() throws Exception {
    try {
      return send(request("").GET().build()).lines().toList();
    } catch (ConnectException notYet) {
      return List.of();
    }
  }

  private HttpRequest post() {
    return request("").POST(HttpRequest.BodyPublishers.noBody()).build();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/backups" + path))
        .timeout(Application.PATIENCE);
  }

  private String send(HttpRequest request) throws Exception {
    HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
    requireEqual(request.method() + " " + request.uri().getPath(), 200, answer.statusCode());
    return answer.body();
  }

  static void requireEqual(String what, Object expected, Object found) {
    if (!expected.equals(found)) {
      throw new AssertionError(what + ": expected " + expected + ", found " + found);
    }
  }

  @Override
  public void close() {}
}
