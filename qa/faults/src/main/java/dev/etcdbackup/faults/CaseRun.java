package dev.etcdbackup.faults;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** One case, run once: the job under its fault, what is there afterwards, and the job again. */
final class CaseRun {
  /** How long after its deadline a case may still end, and what it leaves may still go away. */
  static final Duration SETTLING = Duration.ofSeconds(15);

  private final Duration settling;
  private final Case testCase;
  private final Trouble trouble;
  private final Backend backend;
  private final Path directory;
  private final byte[] snapshot;
  private final ThreadGroup threads;
  private final Map<BackupKey, byte[]> earlier;
  private final List<String> complaints = new ArrayList<>();

  /**
   * What came of a case.
   *
   * @param testCase the case
   * @param outcome how the job ended
   * @param said the exception's message; empty when there was none
   * @param took how long the job took
   * @param complaints what is wrong; empty when the case is good
   */
  record Result(
      Case testCase, Outcome outcome, String said, Duration took, List<String> complaints) {}

  CaseRun(Case testCase, Trouble trouble, Backend backend, Path directory, Duration settling) {
    this.settling = settling;
    this.testCase = testCase;
    this.trouble = trouble;
    this.backend = backend;
    this.directory = directory;
    this.snapshot = Snapshots.of(testCase.job());
    this.earlier = Snapshots.earlier(testCase.job());
    this.threads = new ThreadGroup(testCase.name());
  }

  Result run() throws Exception {
    Snapshots.putAll(backend.clear(), earlier);
    trouble.begin(backend);
    if (trouble.damagesNewest()) {
      earlier.putAll(Snapshots.readAll(backend.clear()));
    }
    Work work = new Work(testCase, backend, directory, snapshot);
    long begun = System.nanoTime();
    Work.Done first = within(() -> trouble.run(work));
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    trouble.end();
    judge(first, took);
    Map<BackupKey, byte[]> after = Snapshots.readAll(backend.clear());
    compare(first, after);
    Work next = work.again(trouble.damagesNewest());
    Work.Done second = within(next::run);
    require(
        second.outcome() == Outcome.DONE,
        "the next run: " + second.outcome() + ' ' + second.said() + ' ' + second.wrong());
    backend.closeClients();
    lookForRemains(first);
    return new Result(testCase, first.outcome(), first.said(), took, complaints);
  }

  private Work.Done within(Callable<Work.Done> work) throws Exception {
    FutureTask<Work.Done> task = new FutureTask<>(work);
    Thread thread = new Thread(threads, task, "case");
    thread.start();
    try {
      return task.get(testCase.deadline().plus(settling).toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      StringBuilder where = new StringBuilder();
      for (StackTraceElement frame : thread.getStackTrace()) {
        where.append(" < ").append(frame);
      }
      return new Work.Done(Outcome.OTHER, "hangs" + where, List.of());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private void judge(Work.Done done, Duration took) {
    require(trouble.fired() > 0, "the fault did not fire");
    require(
        testCase.allowed().contains(done.outcome()),
        "ended with '"
            + done.outcome()
            + "' instead of "
            + testCase.allowed()
            + ": "
            + done.said());
    require(
        took.compareTo(testCase.deadline()) <= 0,
        "took " + took + ", longer than " + testCase.deadline());
    complaints.addAll(done.wrong());
  }

  /** No earlier backup has changed, none is gone that may not be, and what is new is whole. */
  private void compare(Work.Done done, Map<BackupKey, byte[]> after) throws IOException {
    earlier.forEach(
        (key, bytes) -> {
          byte[] now = after.get(key);
          boolean mayBeGone = testCase.job().deletes() && isExpired(key, done);
          require(now != null || mayBeGone, key + " is gone");
          require(now == null || Arrays.equals(now, bytes), key + " has changed");
        });
    int added = 0;
    for (Map.Entry<BackupKey, byte[]> backup : after.entrySet()) {
      BackupKey key = backup.getKey();
      if (!earlier.containsKey(key) && !trouble.stored().containsKey(key) && !isMark(key)) {
        added++;
        require(
            isWhole(key, backup.getValue()),
            key + " is there, and is not the snapshot: " + backup.getValue().length);
      }
    }
    trouble
        .stored()
        .forEach(
            (key, bytes) ->
                require(
                    Arrays.equals(after.get(key), bytes), key + ", another's, is not as it was"));
    boolean stores = testCase.job().stores();
    boolean stored =
        stores && (done.outcome() == Outcome.DONE || done.outcome() == Outcome.REFUSED);
    boolean open = done.outcome() == Outcome.UNKNOWN || done.outcome() == Outcome.KILLED;
    int least = stored ? 1 : 0;
    int most = stored || (stores && open) ? 1 : 0;
    require(added >= least && added <= most, "there are " + added + " new backups");
  }

  private boolean isExpired(BackupKey key, Work.Done done) {
    boolean ofSeries = key.project().equals(Snapshots.PROJECT) && key.name().startsWith("etcd.");
    boolean mayDelete = done.outcome() != Outcome.CORRUPT && done.outcome() != Outcome.NOT_FOUND;
    boolean newest =
        trouble.stored().keySet().stream()
                .noneMatch(other -> other.project().equals(Snapshots.PROJECT))
            && key.equals(Snapshots.newestKey());
    return ofSeries && mayDelete && !newest;
  }

  /** What a scheduler notes of a cluster is no backup. */
  private static boolean isMark(BackupKey key) {
    return key.name().startsWith(".etcd-backup/");
  }

  private boolean isWhole(BackupKey key, byte[] bytes) throws IOException {
    if (testCase.job().encoded()) {
      return Arrays.equals(Encoded.decode(bytes, BackupName.parse(key.name())), snapshot);
    }
    return testCase.backend() == Backend.Kind.ETCD
        ? Work.isSnapshot(bytes)
        : Arrays.equals(bytes, snapshot);
  }

  private void lookForRemains(Work.Done first) throws IOException {
    // An upload in doubt is not aborted. The request that begins it may come through late.
    boolean forTheSweeper =
        first.outcome() == Outcome.UNKNOWN || testCase.mayLeaveUpload() || trouble.kills();
    await(() -> (forTheSweeper ? sweptRemains() : remains()).isEmpty());
    require(remains().isEmpty(), "left: " + remains());
    await(() -> backend.openConnections() == 0);
    require(backend.openConnections() == 0, backend.openConnections() + " connections are left");
    await(() -> running().isEmpty());
    require(running().isEmpty(), "threads are left: " + running());
    if (!trouble.kills()) { // who is killed leaves what it was writing for its user
      try (Stream<Path> files = Files.walk(directory)) {
        List<Path> strange =
            files.filter(file -> !Work.isExpected(directory.relativize(file))).toList();
        require(strange.isEmpty(), "files are left: " + strange);
      }
    }
  }

  private List<String> sweptRemains() {
    try {
      backend.sweep();
    } catch (IOException e) {
      return List.of(e.toString());
    }
    return remains();
  }

  private List<String> remains() {
    try {
      return backend.leftovers();
    } catch (IOException e) {
      return List.of(e.toString());
    }
  }

  /** gRPC keeps its threads for a minute, for the next channel. */
  private List<String> running() {
    Thread[] all = new Thread[threads.activeCount() + 10];
    int count = threads.enumerate(all);
    return Arrays.stream(all, 0, count)
        .map(Thread::getName)
        .filter(name -> !name.startsWith("grpc-"))
        .toList();
  }

  private void require(boolean condition, String otherwise) {
    if (!condition) {
      complaints.add(otherwise);
    }
  }

  private void await(BooleanSupplier condition) {
    long end = System.nanoTime() + settling.toNanos();
    while (!condition.getAsBoolean() && System.nanoTime() < end) {
      LockSupport.parkNanos(20_000_000);
    }
  }
}
