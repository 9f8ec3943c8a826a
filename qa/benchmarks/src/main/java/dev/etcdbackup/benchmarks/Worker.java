package dev.etcdbackup.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.Verification;
import dev.etcdbackup.audit.Auditor;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.directory.DirectoryBackupStore;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.openpgp.OpenPgpEncoding;
import dev.etcdbackup.openpgp.PrivateKeys;
import dev.etcdbackup.openpgp.RecipientKeys;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.s3.S3BackupStore;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.service.PruneRequest;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import dev.etcdbackup.snapshot.VerifyReport;
import dev.etcdbackup.zstd.Zstandard;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The library embedded. Reads commands, one a line, and answers each with {@code ok SECONDS
 * CPU_SECONDS PEAK_RSS PEAK_HEAP RESULT} or {@code failed WHY}.
 *
 * <pre>
 * backup STORE ETCD SUFFIX... takes a backup with these encodings; the result is its key
 * clusters STORE ETCD COUNT AT_ONCE  backs up COUNT projects, AT_ONCE of them at once; the
 *                          result is their keys, separated by commas
 * keys PUBLIC PRIVATE      from now on encrypts to the one key and decrypts with the other
 * recover STORE KEY DIRECTORY makes a data directory of a backup
 * decrypt FILE             reads an encrypted file to its end
 * read STORE KEY FILE      reads one back and verifies it
 * list STORE PROJECT       lists a project; the result is the number
 * judge STORE PROJECT      lists a project, which is not measured, and makes its coverage and a plan
 *                          of five tiers
 * page TARGET PROJECT      the same by the SDK's paginator alone
 * mixed TARGET WHAT        page, list, coverage or audit of the objects of the case 'mixed'
 * check STORE KEY          verifies one where it is stored, fails when it is not good
 * status FILE              tells a snapshot's status
 * verify FILE              verifies a snapshot, fails when it is not good
 * hashkv FILE              hashes what a snapshot holds as a member does
 * restore FILE DIRECTORY      makes a data directory of a snapshot
 * record STORE PROJECT ETCD REVISION  records changes until that revision is stored; the result
 *                          is REVISION@MILLIS,... for each object: its last, and when it was stored
 * replay WHAT STORE PROJECT DIRECTORY makes a data directory of the newest backup ("base"), and
 *                          the changes after it ("all")
 * plan STORE PROJECT KEEP  plans a prune that keeps the last KEEP
 * prune STORE PROJECT KEEP and carries it out
 * delete STORE KEY         deletes a backup
 * receive PORT BYTES       has bytes of a {@link Loopback} and hashes them
 * send PORT BYTES          hashes bytes and sends them to one
 * heap COMMAND             carries out a command and watches the heap, which takes its time
 * </pre>
 */
final class Worker {
  /** What the keys of the case 'mixed' begin with. */
  static final String MIXED = "mixed-formats";

  private final Map<String, S3Client> clients = new HashMap<>();
  private final Map<String, BackupStore> stores = new HashMap<>();

  private final OperatingSystemMXBean process =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private long cpuBefore; // nanoseconds, as begun
  private long begun;
  private OpenPgpEncoding openPgp = OpenPgpEncoding.builder().build();

  private Worker() {}

  /**
   * Runs until the end of its input.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) throws IOException {
    Worker worker = new Worker();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = commands.readLine()) != null; ) {
      boolean heap = line.startsWith("heap ");
      String[] words = (heap ? line.substring(5) : line).split(" ");
      System.out.println(worker.measure(heap, words));
    }
  }

  private String measure(boolean watchHeap, String[] words) {
    forgetPeakRss();
    try (LiveHeap heap = watchHeap ? LiveHeap.watch() : LiveHeap.ignore()) {
      beginToMeasure();
      String result = carryOut(words);
      double seconds = (System.nanoTime() - begun) / 1e9;
      double cpuSeconds = (process.getProcessCpuTime() - cpuBefore) / 1e9;
      long rss = Command.peakRss(ProcessHandle.current().pid());
      return String.format(
          Locale.ROOT, "ok %f %f %d %d %s", seconds, cpuSeconds, rss, heap.peakBytes(), result);
    } catch (Exception e) {
      e.printStackTrace();
      return "failed " + e;
    }
  }

  /** What was done before this is not measured. */
  private void beginToMeasure() {
    cpuBefore = process.getProcessCpuTime();
    begun = System.nanoTime();
  }

  private String carryOut(String[] words) throws Exception {
    return switch (words[0]) {
      case "backup" ->
          backUp(words[1], URI.create(words[2]), Arrays.copyOfRange(words, 3, words.length));
      case "clusters" ->
          clusters(
              service(words[1]),
              URI.create(words[2]),
              Integer.parseInt(words[3]),
              Integer.parseInt(words[4]));
      case "keys" -> keys(Path.of(words[1]), Path.of(words[2]));
      case "recover" -> recover(words[1], BackupKey.parse(words[2]), Path.of(words[3]));
      case "decrypt" -> decrypt(Path.of(words[1]));
      case "read" -> read(words[1], words[2], Path.of(words[3]));
      case "list" -> Integer.toString(service(words[1]).list(words[2]).size());
      case "judge" -> judge(words[1], words[2]);
      case "page" -> page(words[1], words[2]);
      case "mixed" -> mixed(words[1], words[2]);
      case "check" -> check(store(words[1]), BackupKey.parse(words[2]));
      case "status" -> status(Path.of(words[1]));
      case "verify" -> verify(Path.of(words[1]));
      case "hashkv" -> hashKv(Path.of(words[1]));
      case "restore" -> restore(Path.of(words[1]), Path.of(words[2]));
      case "record" -> record(words[1], words[2], URI.create(words[3]), Long.parseLong(words[4]));
      case "replay" ->
          recorded(words[2], words[3]).restore(Path.of(words[4]), words[1].equals("all"));
      case "plan" -> plan(words[1], words[2], Integer.parseInt(words[3]));
      case "prune" -> prune(words[1], words[2], Integer.parseInt(words[3]));
      case "receive" -> Loopback.receive(Integer.parseInt(words[1]), Long.parseLong(words[2]));
      case "send" -> Loopback.send(Integer.parseInt(words[1]), Long.parseLong(words[2]));
      case "delete" -> store(words[1]).delete(List.of(BackupKey.parse(words[2]))).toString();
      default -> throw new IllegalArgumentException("no such command: " + words[0]);
    };
  }

  private String backUp(String store, URI etcd, String... suffixes) throws IOException {
    SnapshotSource source = EtcdSnapshotSource.builder(EtcdConnection.to(List.of(etcd))).build();
    NamingStrategy naming = NamingStrategy.periodic().withEncodings(suffixes);
    return service(store).backUp("bench", source, naming).key().toString();
  }

  private static String clusters(BackupService service, URI etcd, int count, int atOnce)
      throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(atOnce);
    try {
      List<Future<String>> backups = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String project = "cluster-" + i;
        backups.add(
            executor.submit(
                () -> {
                  EtcdConnection connection = EtcdConnection.to(List.of(etcd));
                  SnapshotSource source = EtcdSnapshotSource.builder(connection).build();
                  return service.backUp(project, source).key().toString();
                }));
      }
      List<String> keys = new ArrayList<>();
      for (Future<String> backup : backups) {
        keys.add(backup.get());
      }
      return String.join(",", keys);
    } finally {
      executor.shutdownNow();
    }
  }

  private String keys(Path publicKey, Path privateKey) throws IOException {
    openPgp =
        OpenPgpEncoding.builder()
            .encryptTo(RecipientKeys.read(List.of(publicKey)))
            .decryptWith(PrivateKeys.read(privateKey, null))
            .build();
    return "ok";
  }

  private BackupEncodings encodings() {
    return BackupEncodings.of(new Zstandard(), openPgp);
  }

  private String recover(String store, BackupKey key, Path directory) throws IOException {
    Backup backup = Backup.of(store(store).find(key).orElseThrow(), ZoneOffset.UTC);
    ReadOptions options = ReadOptions.builder(encodings(), temporary()).build();
    return DataDirRestore.builder()
        .build()
        .restore(backup, store(store), options, directory)
        .name();
  }

  private String decrypt(Path file) throws IOException {
    BackupName name = BackupName.parse("etcd.backup_v1_2020-01-30-20:44:41.gpg");
    try (InputStream in = encodings().decode(Files.newInputStream(file), name)) {
      return Long.toString(in.transferTo(OutputStream.nullOutputStream()));
    }
  }

  private String read(String store, String key, Path file) throws IOException {
    return service(store)
        .download(BackupKey.parse(key), file, StandardCopyOption.REPLACE_EXISTING)
        .sha256();
  }

  private String page(String target, String project) {
    long count =
        client(target)
            .listObjectsV2Paginator(r -> r.bucket("bench").prefix(project + '/'))
            .contents()
            .stream()
            .count();
    return Long.toString(count);
  }

  private String mixed(String target, String what) throws IOException {
    if (what.equals("page")) {
      return page(target, MIXED);
    }
    BackupStore store = S3BackupStore.builder(client(target), "bench").prefix(MIXED).build();
    List<Backup> listing = BackupService.builder(store).build().list("");
    Catalogue catalogue = Catalogue.utc();
    Instant now = Instant.now();
    return switch (what) {
      case "list" -> Long.toString(listing.stream().map(catalogue::label).distinct().count());
      case "coverage" ->
          Integer.toString(Coverage.of(List.of(), listing, catalogue, now, 30).projects().size());
      case "audit" ->
          Integer.toString(
              Auditor.builder(store, new SnapshotBackupVerifier(encodings(), temporary()))
                  .catalogue(catalogue)
                  .listingOnly()
                  .build()
                  .run(listing, now)
                  .series()
                  .size());
      default -> throw new IllegalArgumentException("mixed: no such work: " + what);
    };
  }

  private String judge(String store, String project) throws IOException {
    List<Backup> listing = service(store).list(project);
    beginToMeasure();
    Instant now = Instant.now();
    int covered = Coverage.of(List.of(), listing, Catalogue.utc(), now, 30).projects().size();
    return covered + "," + RetentionBenchmark.TIERS.plan(listing, now).toDelete().size();
  }

  private String check(BackupStore store, BackupKey key) throws IOException {
    Backup backup = Backup.of(store.find(key).orElseThrow(), ZoneOffset.UTC);
    Verification found = new SnapshotBackupVerifier(encodings(), temporary()).verify(backup, store);
    if (!found.ok()) {
      throw new IOException(found.toString());
    }
    return "ok";
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static String status(Path file) throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      return snapshot.status().toString();
    }
  }

  private static String verify(Path file) throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      VerifyReport report = snapshot.verify();
      if (!report.ok()) {
        throw new IOException(report.toString());
      }
      return "ok";
    }
  }

  private static String hashKv(Path file) throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      return snapshot.hashKv().toString();
    }
  }

  private static String restore(Path file, Path directory) throws IOException {
    try (EtcdSnapshot snapshot = EtcdSnapshot.open(file)) {
      return DataDirRestore.builder().build().restore(snapshot, directory).name();
    }
  }

  private String record(String store, String project, URI etcd, long until) throws IOException {
    return recorded(store, project).record(etcd, until);
  }

  private RecordedStore recorded(String store, String project) throws IOException {
    return new RecordedStore(store(store), project);
  }

  private String plan(String store, String project, int keep) throws IOException {
    RetentionPolicy policy = RetentionPolicy.keepLast(keep);
    return Integer.toString(service(store).planPrune(project, policy).decisions().size());
  }

  private String prune(String store, String project, int keep) throws IOException {
    RetentionPolicy policy = RetentionPolicy.keepLast(keep);
    return Integer.toString(
        service(store)
            .prune(PruneRequest.builder(project, policy).skipVerification().build())
            .deleted()
            .size());
  }

  private BackupService service(String store) throws IOException {
    return BackupService.builder(store(store)).encodings(encodings()).build();
  }

  private BackupStore store(String name) throws IOException {
    BackupStore store = stores.get(name);
    if (store == null) {
      store =
          switch (name) {
            case "discard" -> new DiscardStore();
            case "directory" -> DirectoryBackupStore.at(Path.of(System.getenv("BENCH_DIRECTORY")));
            default -> S3BackupStore.builder(client(name), "bench").build();
          };
      stores.put(name, store);
    }
    return store;
  }

  private S3Client client(String target) {
    return clients.computeIfAbsent(target, t -> S3Target.fromEnvironment(t).client());
  }

  /** Where the system does not allow it the peak is that since the process began. */
  private static void forgetPeakRss() {
    try {
      Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    } catch (IOException notAllowed) {
      // So be it.
    }
  }
}
