package dev.etcdbackup.embedding;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.LogManager;

/**
 * Runs one application of {@code examples/embedding} against real servers, on the Java that runs
 * this, and writes its row of the table: {@code EmbeddingCheck WORK_DIRECTORY DIRECTORY NAME TITLE
 * KIND ARGUMENT...}. KIND is what the application is used through, {@code http} or {@code
 * kubernetes}, or {@code kubernetes-refused} for an operator whose libraries do not fit: it has to
 * report that, and takes no backup. The arguments start the application, from its DIRECTORY.
 */
public final class EmbeddingCheck {
  private EmbeddingCheck() {}

  /** Exits with 0 when the application did what is expected of it. */
  public static void main(String[] args) throws IOException {
    LogManager.getLogManager().reset(); // that of the mock API server
    int status = 1;
    try {
      status = run(args) ? 0 : 1;
    } finally {
      System.exit(status); // the servers' libraries leave threads
    }
  }

  private static boolean run(String[] args) throws IOException {
    Path work = Path.of(args[0]);
    Path directory = Path.of(args[1]);
    String name = args[2];
    String title = args[3];
    String kind = args[4];
    List<String> arguments = List.of(args).subList(5, args.length);
    Path log = work.resolve(name + ".log");
    Path classes = work.resolve(name + ".classes");
    boolean passed = false;
    String result;
    Files.deleteIfExists(log);
    try (EtcdServer etcd = EtcdServer.start();
        EtcdServer lockEtcd = EtcdServer.start();
        S3Server s3 = S3Server.embedded();
        Cluster cluster = new Cluster(etcd, lockEtcd, s3)) {
      Usage usage =
          switch (kind) {
            case "http" -> new HttpUsage(cluster);
            case "kubernetes" -> new KubernetesUsage(cluster);
            case "kubernetes-refused" -> new RefusedUsage(new KubernetesUsage(cluster), log);
            default -> throw new IllegalArgumentException("no such kind: " + kind);
          };
      try (usage;
          Application application =
              Application.start(directory, arguments, usage.environment(), log, classes)) {
        result = usage.run(application).replace("|", "\\|");
        application.stop();
        passed = true;
      } catch (Exception | AssertionError e) {
        result = "fails: " + firstLine(e);
        e.printStackTrace();
        System.err.println(Files.readString(log));
      }
    }
    Libraries found = Libraries.loaded(classes);
    String row =
        "| %s | %s | %d | %s | %s |"
            .formatted(
                name,
                title,
                Runtime.version().feature(),
                String.join(" | ", found.columns()),
                result);
    Files.writeString(work.resolve(name + ".row"), row + "\n");
    System.out.println(row);
    return passed;
  }

  private static String firstLine(Throwable e) {
    String text = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    return (e.getClass().getSimpleName() + ": " + text).replace("|", "\\|");
  }
}
