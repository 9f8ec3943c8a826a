package dev.etcdbackup.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Runs commands so that the JVM loads the classes that they need, which the launcher then puts into
 * an archive: listings, backups to S3 and to a directory, what reads a snapshot, and the help. The
 * etcd and the S3 server are in this process; no other address is dialled.
 */
final class ArchiveTraining {
  private static final Interruption INTERRUPTION = Interruption.begin();

  private ArchiveTraining() {}

  /**
   * Runs the commands, whatever becomes of them, and ends the process.
   *
   * @param args a directory, in which files are left
   * @throws IOException when no server can be started
   */
  public static void main(String[] args) throws IOException {
    try {
      SilentLogging.choose();
      System.setProperty("io.netty.jfr.enabled", "false");
      Path directory = Files.createDirectories(Path.of(args[0]));
      try (TrainingS3 s3 = TrainingS3.start();
          TrainingEtcd etcd = TrainingEtcd.start(directory.resolve("snapshot.db"))) {
        run(directory, s3, etcd);
      }
    } finally {
      System.exit(ExitCode.DONE); // threads of the servers would go on
    }
  }

  private static void run(Path directory, TrainingS3 s3, TrainingEtcd etcd) throws IOException {
    String[] bucket = {"--store", "s3://none", "--s3-endpoint", "http://" + s3.address()};
    run(bucket, "list");
    run(bucket, "list", "none", "--output=json");
    run(bucket, "status", TrainingS3.KEY);
    run(bucket, "create", "none", "--etcd", etcd.endpoint());
    // Classes of TLS.
    String closing = "https://127.0.0.1:" + closing();
    run(new String[] {"--store", "s3://none", "--s3-endpoint", closing}, "list");
    String[] store = {"--store", directory.resolve("store").toUri().toString(), "--create-store"};
    run(store, "create", "none", "--etcd", etcd.endpoint());
    run(store, "list");
    String snapshot = directory.resolve("snapshot.db").toString();
    run(new String[0], "status", snapshot);
    run(new String[0], "verify", snapshot);
    run(new String[0], "restore", snapshot, "--data-dir", directory.resolve("data").toString());
    run(new String[0], "--help");
    run(new String[0], "--version");
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

  private static void run(String[] options, String... command) {
    String[] all = Stream.of(command, options).flatMap(Stream::of).toArray(String[]::new);
    try {
      all = Utf8Arguments.of(all); // as they are
    } catch (UsageException e) { // those of the process are others, and the locale is not UTF-8
      return;
    }
    OutputStream nowhere = OutputStream.nullOutputStream();
    int unused = EtcdBackupCommand.run(INTERRUPTION, nowhere, nowhere, false, all);
  }
}
