package dev.etcdbackup.cli;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.EndpointUrl;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.etcd.EtcdBackupLock;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.etcd.EtcdTls;
import dev.etcdbackup.etcd.LiveMember;
import dev.etcdbackup.etcd.LiveRestore;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.s3.S3Clients;
import dev.etcdbackup.service.BackupService;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * All commands and the library's own calls, those that fail too, with credentials that {@link
 * CanaryTest} looks for in what this process prints. A process of its own, for how it logs is
 * settled when it begins.
 */
final class CanaryRun {
  private static final String PROJECT = "p";

  private final Properties given = new Properties();
  private final Path directory;

  private CanaryRun(Path directory) throws IOException {
    this.directory = directory;
    try (Reader in = Files.newBufferedReader(directory.resolve("canary.properties"))) {
      given.load(in);
    }
  }

  /**
   * Runs everything.
   *
   * @param args the directory, and "cli" or "library"; with "-key", what {@link CanaryKeyRun} runs
   */
  public static void main(String[] args) throws Exception {
    CanaryRun run = new CanaryRun(Path.of(args[0]));
    Logger.getLogger("").setLevel(args[1].startsWith("cli") ? Level.OFF : Level.ALL); // as the tool
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      Logger.getLogger("").removeHandler(handler);
    }
    Logger.getLogger("").addHandler(new Printing());
    run.credentials(run.given("secret"));
    switch (args[1]) {
      case "cli" -> run.commands();
      case "library" -> run.library();
      case "cli-key" -> new CanaryKeyRun(run).commands();
      case "library-key" -> new CanaryKeyRun(run).library();
      default -> throw new IllegalArgumentException(args[1]);
    }
    System.out.println("canary: the end");
    System.exit(0);
  }

  String given(String name) {
    return given.getProperty(name);
  }

  private void credentials(String secret) {
    System.setProperty("aws.accessKeyId", given("accessKey"));
    System.setProperty("aws.secretAccessKey", secret);
  }

  private void commands() throws Exception {
    List<String> both = new ArrayList<>(s3());
    both.addAll(etcd(given("passwordFile")));
    run(both, "create", PROJECT);
    run(both, "create", PROJECT, "--tarball");
    String key = run(both, "latest", PROJECT).out().strip();
    for (String line :
        List.of(
            "list",
            "list -o json",
            "get KEY --to {f}/back.db",
            "status KEY",
            "inspect KEY",
            "verify KEY",
            "verify KEY --live {etcd}",
            "verify --all",
            "keys KEY",
            "diff KEY KEY",
            "extract KEY canary-value",
            "restore KEY --data-dir {f}/data",
            "restore-live KEY --mode overwrite",
            "restore-live KEY --dry-run",
            "drill KEY",
            "plan p --config {f}/config.yaml",
            "coverage --config {f}/config.yaml",
            "before-upgrade pre_upgrade --config {f}/config.yaml",
            "accept KEY",
            "prune p --keep-last 1",
            "get p/none --to {f}/none.db")) {
      run(both, words(line, key));
    }
    new CanaryOpenPgpRun(directory).commands(both);
    scheduler();
    failingS3(key);
    failingEtcd();
    mistakes();
  }

  private String[] words(String line, String key) {
    return line.replace("KEY", key)
        .replace("{f}", directory.toString())
        .replace("{etcd}", given("etcd"))
        .split(" ");
  }

  /** {@code run}, until each cluster that is due was backed up or has failed. */
  private void scheduler() throws Exception {
    List<String> args = new ArrayList<>(List.of("run", "--config=" + directory + "/config.yaml"));
    args.addAll(s3());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Thread thread = new Thread(() -> print(args, Cli.run(out, args.toArray(String[]::new))));
    thread.start();
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!hasRunAll(out.toString(StandardCharsets.UTF_8)) && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(50_000_000);
    }
    thread.interrupt();
    thread.join();
  }

  private static boolean hasRunAll(String out) {
    return Stream.of(" failed q ", " failed r ", " stored s ").allMatch(out::contains);
  }

  private void failingS3(String key) {
    credentials("canary-wrong-secret");
    run(s3(), "list");
    run(s3(), "get", key, "--to", directory + "/x.db");
    run(s3(), "create", PROJECT, "--from-file", directory + "/back.db");
    run(s3(), "prune", PROJECT, "--keep-last", "1");
    credentials(given("secret"));
    run(
        List.of("--debug", "--store=" + given("store"), "--s3-endpoint=" + given("expired")),
        "list");
    run(
        List.of("--debug", "--store=" + given("store"), "--s3-endpoint=http://127.0.0.1:1"),
        "list");
    String https = given("s3").replace("http:", "https:");
    run(List.of("--debug", "--store=" + given("store"), "--s3-endpoint=" + https), "list");
    run(List.of("--debug", "--store=s3://no-such-bucket", "--s3-endpoint=" + given("s3")), "list");
  }

  private void failingEtcd() {
    String store = "--store=" + directory.resolve("store").toUri();
    List<List<String>> ways =
        List.of(
            etcd(given("wrongPasswordFile")),
            List.of("--etcd=" + given("etcd")),
            List.of("--etcd=" + given("etcd").replace("https:", "http:")),
            List.of("--etcd=https://127.0.0.1:1", "--etcd-ca=" + given("ca")),
            List.of("--etcd=" + given("etcd"), "--etcd-ca=" + given("cert")),
            List.of("--etcd=" + given("etcd"), "--etcd-ca=" + given("ca")),
            List.of("--etcd=" + given("etcd"), "--etcd-ca=" + given("key")),
            List.of(
                "--etcd=" + given("etcd"),
                "--etcd-ca=" + given("ca"),
                "--etcd-cert=" + given("key"),
                "--etcd-key=" + given("cert")));
    for (List<String> way : ways) {
      run(way, "create", PROJECT, store, "--create-store", "--timeout=20s", "--debug");
    }
  }

  /** Secrets where they do not belong. */
  private void mistakes() {
    String s = "canary-url-secret";
    run(List.of("--debug"), "create", PROJECT, "--etcd=https://root:" + s + "@127.0.0.1:2379");
    run(List.of("--debug"), "create", PROJECT, "--etcd=https://root:" + s + "@a_b:2379");
    run(List.of("--debug"), "create", PROJECT, "--etcd=root:" + s + "@:2379,http://h:1");
    run(List.of("--debug"), "create", PROJECT, "--etcd-user=root:" + s, "--etcd=http://h:1");
    run(List.of("--debug"), "create", PROJECT, "--etcd-password=" + s);
    run(List.of("--debug"), "create", PROJECT, "--etcd-password", s);
    run(List.of("--debug"), "list", "--s3-endpoint=http://key:" + s + "@127.0.0.1:1");
    run(List.of("--debug"), "list", "--s3-endpoint=http://key:" + s + "@a_b");
    run(List.of("--debug"), "list", "--store=s3://key:" + s + "@bucket/site");
    run(List.of("--debug"), "list", "--store=file://root:" + s + "@host/dir");
    run(List.of("--debug"), "list", "--store=https://root:" + s + "@host/dir");
    run(List.of("--debug"), "list", "--s3-secret-key=" + s);
    run(List.of("--debug"), "coverage", "--config=" + directory + "/secrets.yaml");
    run(List.of("--debug"), "coverage", "--config=" + directory + "/broken.yaml");
  }

  private List<String> s3() {
    return List.of("--debug", "--store=" + given("store"), "--s3-endpoint=" + given("s3"));
  }

  private List<String> etcd(String passwordFile) {
    return List.of(
        "--etcd=" + given("etcd"),
        "--etcd-user=root",
        "--etcd-password-file=" + passwordFile,
        "--etcd-ca=" + given("ca"),
        "--etcd-cert=" + given("cert"),
        "--etcd-key=" + given("key"));
  }

  static Cli run(List<String> some, String... more) {
    List<String> args = new ArrayList<>(List.of(more));
    args.addAll(some);
    Cli run = Cli.run(args.toArray(String[]::new));
    print(args, run);
    return run;
  }

  private static void print(List<String> args, Cli run) {
    String command = args.stream().filter(arg -> !arg.contains("canary")).toList().toString();
    System.out.println("canary: " + command + " ends with " + run.code());
    System.out.println(run.out() + run.err());
  }

  private void library() throws Exception {
    EtcdTls tls =
        EtcdTls.trusting(Path.of(given("ca")))
            .withCertificate(Path.of(given("cert")), Path.of(given("key")));
    byte[] password = Files.readAllBytes(Path.of(given("passwordFile")));
    try (S3Client s3 = s3Client(given("secret"));
        S3Client wrong = s3Client("canary-wrong-secret");
        S3Client expired = client("expired", session())) {
      S3BackupStore store = S3BackupStore.builder(s3, "bucket").prefix("library").build();
      BackupService service = BackupService.builder(store).build();
      EtcdSnapshotSource source = source(tls, password);
      attempt(() -> service.backUp(PROJECT, source));
      attempt(() -> service.list(""));
      attempt(() -> service.backUp(PROJECT, source(tls, utf8("canary-wrong-password"))));
      S3BackupStore refused = S3BackupStore.builder(wrong, "bucket").build();
      attempt(() -> refused.list(""));
      attempt(() -> refused.find(BackupKey.of(PROJECT, "x")));
      attempt(() -> BackupService.builder(refused).build().backUp(PROJECT, source));
      attempt(() -> S3BackupStore.builder(expired, "bucket").build().list(""));
      attempt(() -> store.delete(List.of(BackupKey.of(PROJECT, "x"))));
      settings(tls, store, service, source);
    }
    new CanaryOpenPgpRun(directory).library();
    String user = "http://root:canary-url-secret@a_b:2379";
    attempt(() -> S3Clients.forRgw(URI.create(user)));
    attempt(() -> EtcdSnapshotSource.builder(EtcdConnection.to(user)));
    attempt(() -> EtcdSnapshotSource.builder(EtcdConnection.to(List.of(URI.create(user)))));
    attempt(() -> EtcdBackupLock.builder(EtcdConnection.to(user)));
    attempt(() -> LiveRestore.builder(EtcdConnection.to(List.of(URI.create(user)))));
    attempt(
        () -> LiveMember.of(EtcdConnection.to(List.of(URI.create(user))), Duration.ofSeconds(1)));
    attempt(() -> EndpointUrl.s3(user));
    attempt(() -> EndpointUrl.etcd(user));
    attempt(() -> StoreAddress.parse("s3://key:canary-url-secret@bucket"));
    attempt(
        () -> {
          EtcdTls.trusting(Path.of(given("key"))).check();
          return "";
        });
  }

  private AwsCredentials session() {
    return AwsSessionCredentials.create(given("accessKey"), given("secret"), given("sessionToken"));
  }

  private S3Client s3Client(String secret) {
    return client("s3", AwsBasicCredentials.create(given("accessKey"), secret));
  }

  private S3Client client(String server, AwsCredentials credentials) {
    return S3Clients.forRgw(URI.create(given(server)))
        .credentials(StaticCredentialsProvider.create(credentials))
        .build();
  }

  private EtcdSnapshotSource source(EtcdTls tls, byte[] password) {
    EtcdConnection connection =
        EtcdConnection.builder(given("etcd"))
            .tls(tls)
            .user("root", () -> new String(password, StandardCharsets.UTF_8))
            .build();
    return EtcdSnapshotSource.builder(connection).build();
  }

  private void settings(
      EtcdTls tls, S3BackupStore store, BackupService service, EtcdSnapshotSource source)
      throws Exception {
    Path config = directory.resolve("config.yaml");
    for (Object setting :
        List.of(
            tls,
            store,
            service,
            source,
            S3Clients.forRgw(URI.create(given("s3"))),
            S3BackupStore.builder(s3Client(given("secret")), "bucket"),
            EtcdSnapshotSource.builder(EtcdConnection.builder(given("etcd")).tls(tls).build()),
            EtcdBackupLock.builder(EtcdConnection.to(given("etcd"))).build(),
            LiveRestore.builder(EtcdConnection.to(List.of(URI.create(given("etcd"))))),
            BackupConfig.read(config, Optional.empty()))) {
      System.out.println("canary: " + setting.getClass().getSimpleName() + " is shown as");
      System.out.println(setting);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Prints what comes of it, with all causes. */
  static void attempt(Callable<?> call) {
    try {
      System.out.println("canary: gave " + call.call());
    } catch (Exception e) {
      System.out.println("canary: failed");
      e.printStackTrace(System.out);
    }
  }

  /** java.util.logging as the other logs are printed: level, logger, message. */
  private static final class Printing extends Handler {
    Printing() {
      setLevel(Level.ALL);
    }

    @Override
    public void publish(LogRecord line) {
      System.out.println(
          "DEBUG "
              + line.getLoggerName()
              + " - "
              + new java.util.logging.SimpleFormatter().formatMessage(line));
      if (line.getThrown() != null) {
        line.getThrown().printStackTrace(System.out);
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
