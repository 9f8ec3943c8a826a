package dev.etcdbackup.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs commands so that the JVM loads the classes that they need, which the launcher then puts into
 * an archive: a listing of an S3 server, a backup that reaches no etcd, and the help. The S3 server
 * is in this process, has one backup and answers nothing else; no other address is dialled.
 */
final class ArchiveTraining {
  private static final String KEY = "none/etcd.backup_v1_2020-01-01-00:00:00";
  private static final String LISTING =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>none</Name><Prefix></Prefix>\
      <MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>%s</ListBucketResult>\
      """;
  private static final String OBJECT =
      """
      <Contents><Key>%s</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified>\
      <ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass>\
      <Owner><ID>none</ID><DisplayName>none</DisplayName></Owner></Contents>\
      """
          .formatted(KEY);
  private static final String MISSING =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>NoSuchKey</Code><BucketName>none</BucketName><RequestId>none</RequestId></Error>\
      """;

  private static final Interruption INTERRUPTION = Interruption.begin();

  private ArchiveTraining() {}

  /**
   * Runs the commands, whatever becomes of them, and ends the process.
   *
   * @param args a directory that does not exist yet, for a store
   * @throws IOException when no server can be started
   */
  public static void main(String[] args) throws IOException {
    try {
      run(Path.of(args[0]).toUri().toString());
    } finally {
      System.exit(ExitCode.DONE); // the server's thread would go on
    }
  }

  private static void run(String store) throws IOException {
    Logger.getLogger("").setLevel(Level.OFF);
    System.setProperty("io.netty.jfr.enabled", "false");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", ArchiveTraining::answer);
    server.start();
    String address = "127.0.0.1:" + server.getAddress().getPort();
    String[] bucket = {"--store", "s3://none", "--s3-endpoint", "http://" + address};
    run(bucket, "list");
    run(bucket, "list", "none", "--output", "json");
    run(bucket, "status", KEY);
    // Classes of TLS.
    String closing = "https://127.0.0.1:" + closing();
    run(new String[] {"--store", "s3://none", "--s3-endpoint", closing}, "list");
    run(
        new String[] {"--store", store, "--create-store"},
        "create",
        "none",
        "--etcd",
        "http://127.0.0.1:1");
    run(new String[] {"--store", store}, "list");
    run(new String[0], "--help");
    INTERRUPTION.end(ExitCode.DONE);
  }

  /**
   * The port of a server that closes each connection: one that waits would make the client wait.
   */
  private static int closing() throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread thread =
        new Thread(
            () -> {
              try {
                while (true) {
                  server.accept().close();
                }
              } catch (IOException ended) {
                // nothing more is asked
              }
            });
    thread.setDaemon(true);
    thread.start();
    return server.getLocalPort();
  }

  private static void run(String[] store, String... command) {
    String[] all = Arrays.copyOf(command, command.length + store.length);
    System.arraycopy(store, 0, all, command.length, store.length);
    int unused =
        EtcdBackupCommand.run(
            INTERRUPTION,
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream(),
            false,
            all);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    String query = Objects.requireNonNullElse(exchange.getRequestURI().getQuery(), "");
    boolean list = query.contains("list-type=2");
    boolean found =
        KEY.startsWith(query.replaceFirst("^(.*&)?prefix=", "").replaceFirst("&.*", ""));
    byte[] body =
        (list ? LISTING.formatted(found ? OBJECT : "") : MISSING).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/xml");
    exchange.getResponseHeaders().add("x-amz-request-id", "none");
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(list ? 200 : 404, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
