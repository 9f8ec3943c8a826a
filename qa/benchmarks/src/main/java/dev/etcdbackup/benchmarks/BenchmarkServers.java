package dev.etcdbackup.benchmarks;

import dev.etcdbackup.testkit.etcd.EtcdServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The servers and tools that cases share, each started when it is first asked for, all of them
 * stopped at the end. What cannot be had is left out, with a note.
 */
final class BenchmarkServers implements Closeable {
  private final Settings settings;
  private final Path directory;
  private final Path logs;
  private final PrintStream progress;
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<String> notes = new ArrayList<>();
  private final Deque<Closeable> open = new ArrayDeque<>();
  private final Map<String, URI> etcds = new HashMap<>();
  private @Nullable List<S3Target> s3;
  private @Nullable List<Copier> copiers;
  private final Map<String, WarmJvm> warm = new HashMap<>();

  /** A lab with an empty directory, deleted at the end, and logs beside it, which stay. */
  BenchmarkServers(Settings settings, Path parent, PrintStream progress) throws IOException {
    this.settings = settings;
    this.directory = parent.resolve("work").toAbsolutePath();
    this.logs = parent.resolve("logs").toAbsolutePath();
    this.progress = progress;
    delete(directory);
    Files.createDirectories(directory);
    Files.createDirectories(logs);
    open.push(() -> delete(directory));
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAfterInterrupt, "lab"));
    metadata.put("file system", Files.getFileStore(directory).type());
  }

  Settings settings() {
    return settings;
  }

  PrintStream progress() {
    return progress;
  }

  /** A place for a file, on the disk everything is measured on. */
  Path file(String name) {
    return directory.resolve(name);
  }

  /** Where what a program prints goes. */
  Path log(String name) {
    return logs.resolve(name + ".log");
  }

  /** What a step may take of memory: more than nothing where Ceph holds its objects in it. */
  FreeMemory freeMemory() {
    List<S3Target> started = s3 == null ? List.of() : s3;
    return started.stream().anyMatch(S3Target::isCeph)
        ? FreeMemory.forStepsOf(settings.storedBytes(), settings.bytes())
        : FreeMemory.unlimited();
  }

  /** Leaves a note in the report. */
  void note(String note) {
    if (!notes.contains(note)) {
      notes.add(note);
      progress.println(note);
    }
  }

  List<String> notes() {
    return notes;
  }

  /** What is known of the servers and tools in use. */
  Map<String, String> metadata() {
    return metadata;
  }

  /** An etcd with a database of the size asked for. */
  URI etcd() throws Exception {
    return etcd("database", settings.bytes());
  }

  /** An etcd with a database of another size. */
  URI etcd(String name, long bytes) throws Exception {
    URI known = etcds.get(name);
    if (known != null) {
      return known;
    }
    EtcdServer server = EtcdServer.start();
    open.push(server);
    URI etcd = server.endpoint();
    String database = FilledEtcd.fill(etcd, bytes, settings.values(), progress);
    metadata.put("etcd", Program.version(etcdProgram("etcd"), "--version"));
    metadata.put(name, database);
    etcds.put(name, etcd);
    return etcd;
  }

  /** Where etcd's own programs are. */
  static String etcdProgram(String name) {
    String bin = System.getenv("ETCDBACKUP_ETCD_BIN");
    return bin == null ? name : Path.of(bin, name).toString();
  }

  /** The S3 servers among the targets, each with an empty bucket. */
  List<S3Target> s3() throws Exception {
    if (s3 == null) {
      s3 = new ArrayList<>();
      if (settings.targets().contains("rgw")) {
        BenchmarkCeph.start(this).ifPresent(s3::add);
      }
      if (settings.targets().contains("s3proxy")) {
        s3.add(s3proxy());
      }
      for (S3Target target : s3) {
        try (S3Client client = target.client()) {
          client.createBucket(b -> b.bucket(target.bucket()));
        }
      }
    }
    return s3;
  }

  private S3Target s3proxy() throws IOException {
    Map<String, String> environment = Map.of("BENCH_DIRECTORY", newDirectory("s3proxy").toString());
    Path log = log("s3proxy");
    ChildJvm jvm = ChildJvm.start(S3ProxyProcess.class, List.of("-Xmx512m"), environment, log);
    open.push(jvm);
    String[] words = jvm.answer().split(" ", 3);
    return new S3Target("s3proxy", URI.create(words[0]), words[1], words[2]);
  }

  /** The tools to upload with that this machine has. */
  List<Copier> copiers() throws Exception {
    if (copiers == null) {
      copiers = new ArrayList<>();
      for (Copier copier : Copier.values()) {
        if (!Program.isThere(copier.program()) && settings.install()) {
          progress.println("installing " + copier.debianPackage());
          Program.install(copier.debianPackage());
        }
        if (Program.isThere(copier.program())) {
          copiers.add(copier);
          metadata.put(copier.program(), Program.version(copier.program(), "--version"));
        } else {
          note(copier.program() + " is not installed and left out; --install installs it");
        }
      }
    }
    return copiers;
  }

  /**
   * A JVM in which the library is embedded. It knows the targets' addresses.
   *
   * @param name of what it does: the same name is the same JVM. A JVM keeps memory that it took, so
   *     what is compared by its memory has a name of its own
   */
  WarmJvm warm(String name) throws Exception {
    return warm(WarmJvm.FLAGS, name);
  }

  /** Likewise, with other flags. */
  WarmJvm warm(List<String> flags, String name) throws Exception {
    return warm(System.getProperty("java.class.path"), flags, name);
  }

  /** A further JVM, in which another version of the library is embedded. */
  WarmJvm warm(OtherVersion other) throws Exception {
    return warm(other.classPath(), WarmJvm.FLAGS, "other");
  }

  private WarmJvm warm(String classPath, List<String> flags, String name) throws Exception {
    WarmJvm known = warm.get(name);
    if (known != null) {
      return known;
    }
    Map<String, String> environment = new HashMap<>();
    environment.put("BENCH_DIRECTORY", newDirectory("directory").toString());
    s3().forEach(target -> environment.putAll(target.environment()));
    List<String> here = new ArrayList<>(flags);
    here.add("-Djava.io.tmpdir=" + newDirectory("temporary")); // on the disk of all other files
    WarmJvm jvm = new WarmJvm(classPath, here, environment, log("warm-" + name));
    open.push(jvm);
    warm.put(name, jvm);
    return jvm;
  }

  /** What the servers take of the processors. */
  ServerCpu serverCpu() {
    return new ServerCpu(file(BenchmarkCeph.DIRECTORY));
  }

  /** To be closed at the end. What is opened last is closed first. */
  void closeAtTheEnd(Closeable resource) {
    open.push(resource);
  }

  @Override
  public synchronized void close() throws IOException {
    try {
      while (!open.isEmpty()) {
        open.pop().close();
      }
    } finally {
      if (!open.isEmpty()) { // the one that was popped failed; close the others all the same
        close();
      }
    }
  }

  /** After a regular stop there is nothing left to do. */
  private void closeAfterInterrupt() {
    try {
      close();
    } catch (IOException e) {
      progress.println("not all was cleaned up: " + e);
    }
  }

  private Path newDirectory(String name) throws IOException {
    return Files.createDirectories(file(name));
  }

  /** Deletes a directory with all that is in it, if it is there. */
  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
