package dev.etcdbackup.faults;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.Verification;
import dev.etcdbackup.VerifyingInputStream;
import dev.etcdbackup.restore.DataDirRestore;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.schedule.BackupListener;
import dev.etcdbackup.schedule.BackupScheduler;
import dev.etcdbackup.schedule.Schedule;
import dev.etcdbackup.schedule.ScheduledCluster;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NamingStrategy;
import dev.etcdbackup.service.PruneReport;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import dev.etcdbackup.tarball.Tarball;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A job being done. */
final class Work {
  private static final long BEGUN = System.nanoTime();

  /** An hour after the newest backup, and going on from there. */
  private static final InstantSource CLOCK =
      () -> Snapshots.NEWEST.plus(Duration.ofHours(1)).plusNanos(System.nanoTime() - Work.BEGUN);

  /** What time it is while the first backup is made. */
  static final Instant TAKEN = Snapshots.NEWEST.plus(Duration.ofHours(2));

  private final Case testCase;
  private final Backend backend;
  private final Path directory;
  private final byte[] snapshot;
  private final BackupKey key;
  private final int attempt;
  private final List<String> wrong = new ArrayList<>();

  /**
   * How a job ended.
   *
   * @param outcome the end
   * @param said the message of what it threw, or empty
   * @param wrong what is wrong with what it returned
   */
  record Done(Outcome outcome, String said, List<String> wrong) {}

  Work(Case testCase, Backend backend, Path directory, byte[] snapshot) {
    this(testCase, backend, directory, snapshot, Snapshots.keyOf(testCase.job()), 1);
  }

  private Work(
      Case testCase, Backend backend, Path directory, byte[] snapshot, BackupKey key, int attempt) {
    this.testCase = testCase;
    this.backend = backend;
    this.directory = directory;
    this.snapshot = snapshot;
    this.key = key;
    this.attempt = attempt;
  }

  /** The same job once more, on an older backup if the newest is lost. */
  Work again(boolean newestLost) throws IOException {
    if (newestLost) {
      backend.clear().delete(List.of(key));
    }
    BackupKey next = newestLost ? Snapshots.olderKey() : key;
    return new Work(testCase, backend, directory, snapshot, next, attempt + 1);
  }

  Done run() {
    try {
      return new Done(work(), "", wrong);
    } catch (Exception e) {
      String text = e instanceof BackupException ? e.getMessage() : e.toString();
      return new Done(Outcome.of(e), String.valueOf(text), wrong);
    }
  }

  private Outcome work() throws Exception {
    return switch (testCase.job()) {
      case CREATE_SMALL, CREATE_LARGE, CREATE_ENCODED -> create();
      case LIST -> list();
      case GET, GET_LARGE, GET_ENCODED -> get();
      case PRUNE -> prune();
      case VERIFY, VERIFY_ENCODED -> verify();
      case RESTORE -> restore();
      case SCHEDULED_RUN -> scheduledRun();
    };
  }

  private BackupService service(BackupStore store) {
    BackupEncodings encodings =
        testCase.job().encoded() ? Encoded.encodings() : BackupEncodings.of(new Tarball());
    return BackupService.builder(store)
        .encodings(encodings)
        .clock(() -> TAKEN.plusSeconds(attempt - 1))
        .timeout(testCase.requestTimeout().multipliedBy(2))
        .verifier(new SnapshotBackupVerifier(encodings, directory))
        .build();
  }

  private Outcome create() throws IOException {
    NamingStrategy naming = NamingStrategy.periodic();
    BackupResult result =
        service(backend.faultyStore())
            .backUp(
                Snapshots.PROJECT,
                backend.source(snapshot),
                testCase.job().encoded() ? naming.withEncodings(Encoded.SUFFIXES) : naming);
    require(
        backend.clear().find(result.key()).isPresent(),
        result.key() + " was reported, and is not there");
    return Outcome.DONE;
  }

  private Outcome list() throws IOException {
    Set<BackupKey> listed = new TreeSet<>();
    service(backend.faultyStore()).list("").forEach(backup -> listed.add(backup.key()));
    listed.removeIf(key -> key.project().equals(Snapshots.MEDDLED));
    listed.removeIf(Meddling.STORES_AND_DELETES::mayBeThere);
    require(listed.equals(Snapshots.earlier(testCase.job()).keySet()), "listed " + listed);
    return Outcome.DONE;
  }

  private Outcome get() throws IOException {
    Path file = directory.resolve("got-" + attempt);
    try {
      service(backend.faultyStore()).download(key, file);
    } catch (IOException e) {
      require(!Files.exists(file), "there is a file of a failed read");
      throw e;
    }
    byte[] expected = Snapshots.snapshotIn(testCase.job(), key);
    require(Arrays.equals(Files.readAllBytes(file), expected), "other bytes were read");
    return Outcome.DONE;
  }

  private Outcome prune() throws IOException {
    PruneReport report =
        service(backend.faultyStore()).prune(Snapshots.PROJECT, RetentionPolicy.keepLast(1));
    return report.refused().isEmpty() ? Outcome.DONE : Outcome.REFUSED;
  }

  private Outcome verify() throws IOException {
    Backup backup = Backup.of(stored(), ZoneOffset.UTC);
    Verification found = service(backend.faultyStore()).verify(backup);
    return found.ok() ? Outcome.DONE : Outcome.CORRUPT;
  }

  private Outcome restore() throws IOException {
    Path dataDir = directory.resolve("data-" + attempt);
    ReadOptions options =
        ReadOptions.builder(BackupEncodings.of(new Tarball()), directory)
            .timeout(testCase.requestTimeout().multipliedBy(2))
            .build();
    BackupStore store = backend.faultyStore();
    try {
      StoredBackup found = store.find(key).orElseThrow(() -> new BackupNotFoundException(key));
      Backup backup = Backup.of(found, ZoneOffset.UTC);
      DataDirRestore.builder().build().restore(backup, store, options, dataDir);
    } catch (IOException e) {
      require(!Files.exists(dataDir), "there is a data directory of a failed restore");
      throw e;
    }
    require(Files.exists(dataDir.resolve("member/snap/db")), "there is not a database");
    return Outcome.DONE;
  }

  private Outcome scheduledRun() throws Exception {
    AtomicReference<@Nullable Outcome> pruned = new AtomicReference<>();
    BackupScheduler scheduler =
        BackupScheduler.builder(backend.faultyStore())
            .clock(CLOCK)
            .retry(Duration.ofMinutes(5), Duration.ofMinutes(5))
            .listener(new Pruned(pruned))
            .build();
    try (scheduler) {
      scheduler.put(
          ScheduledCluster.builder(Snapshots.PROJECT, backend.source(snapshot))
              .schedule(Schedule.never())
              .retention(RetentionPolicy.keepLast(2))
              .timeout(testCase.requestTimeout().multipliedBy(2))
              .build());
      scheduler.start();
      scheduler
          .trigger(Snapshots.PROJECT)
          .get(testCase.deadline().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
    Outcome outcome = pruned.get();
    return outcome == null ? Outcome.DONE : outcome;
  }

  /** Hears of what could not be deleted after a backup. */
  private record Pruned(AtomicReference<@Nullable Outcome> outcome) implements BackupListener {
    @Override
    public void pruned(String project, PruneReport report) {
      outcome.set(report.refused().isEmpty() ? Outcome.DONE : Outcome.REFUSED);
    }

    @Override
    public void pruneFailed(String project, BackupException cause) {
      outcome.set(Outcome.REFUSED);
    }
  }

  private StoredBackup stored() throws IOException {
    return backend.clear().find(key).orElseThrow();
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      wrong.add(otherwise);
    }
  }

  /** Whether these are the bytes of a whole snapshot. */
  static boolean isSnapshot(byte[] bytes) throws IOException {
    try (VerifyingInputStream in = new VerifyingInputStream(new ByteArrayInputStream(bytes))) {
      in.transferTo(OutputStream.nullOutputStream());
      return true;
    } catch (BackupException e) {
      return false;
    }
  }

  /** Whether a file may be in a case's directory in the end. */
  static boolean isExpected(Path file) {
    String first = file.getName(0).toString();
    return first.isEmpty()
        || first.startsWith("got-")
        || first.startsWith("data-")
        || first.equals("store");
  }
}
