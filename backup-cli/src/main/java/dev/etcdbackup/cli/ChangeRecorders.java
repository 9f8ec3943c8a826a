package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupLock;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.cli.config.ChangesConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.etcd.ChangeListener;
import dev.etcdbackup.etcd.ChangeRecorder;
import dev.etcdbackup.etcd.EtcdConnection;
import dev.etcdbackup.etcd.EtcdSnapshotSource;
import dev.etcdbackup.service.BackupRequest;
import dev.etcdbackup.service.BackupResult;
import dev.etcdbackup.service.BackupService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The recorders of {@code run}: a thread for each cluster whose changes are recorded. */
final class ChangeRecorders implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final EtcdBackupCommand root;
  private final BackupStore store;
  private final BackupLock lock;
  private final RunLog log;
  private final ChangeMetrics metrics;
  private final List<Thread> threads = new ArrayList<>();

  ChangeRecorders(
      EtcdBackupCommand root,
      BackupStore store,
      BackupLock lock,
      RunLog log,
      ChangeMetrics metrics) {
    this.root = root;
    this.store = store;
    this.lock = lock;
    this.log = log;
    this.metrics = metrics;
  }

  /** Starts those that are configured. */
  void start(List<ClusterConfig> clusters) throws UsageException {
    List<Thread> all = new ArrayList<>();
    for (ClusterConfig cluster : clusters) {
      if (cluster.changes().isPresent()) {
        metrics.begin(cluster.project());
        ChangeRecorder recorder = recorder(cluster, cluster.changes().get());
        String project = cluster.project();
        Runnable work = new LastingRecording(project, recorder::run, PAUSE, log, metrics);
        all.add(new Thread(work, "changes of " + project));
      }
    }
    for (Thread thread : all) {
      thread.start();
      threads.add(thread);
    }
  }

  private ChangeRecorder recorder(ClusterConfig cluster, ChangesConfig changes)
      throws UsageException {
    String project = cluster.project();
    BackupEncodings encodings = root.encoding.readingAndWriting(cluster.encoding());
    EtcdConnection connection;
    try {
      connection = EtcdAccess.of(cluster.etcd());
    } catch (IllegalArgumentException e) {
      throw new UsageException("cluster '" + project + "': " + e.getMessage());
    }
    SnapshotSource source =
        EtcdSnapshotSource.builder(connection).timeout(cluster.timeout()).build();
    BackupService service = root.service(store);
    ChangeRecorder.BaseSource bases =
        () -> {
          BackupResult result =
              service.backUp(
                  BackupRequest.builder(project, source)
                      .naming(cluster.encoding().applyTo(cluster.naming().strategy()))
                      .encodings(encodings)
                      .timeout(cluster.timeout())
                      .build());
          return new ChangeRecorder.Base(result.key(), result.info(), result.digest());
        };
    return ChangeRecorder.builder(connection, store, project, bases)
        .encodings(encodings, cluster.encoding().suffixes())
        .period(changes.period())
        .bytes(changes.bytes())
        .hashEvery(changes.hashEvery())
        .lock(lock)
        .listener(new Reports(project))
        .build();
  }

  /** Ends the recorders; what they have not stored is recorded again when they run next. */
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    boolean interrupted = false;
    for (Thread thread : threads) {
      try {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        thread.join(Math.max(1, left));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Logs what matters, and counts the rest. */
  private final class Reports implements ChangeListener {
    private final String project;

    Reports(String project) {
      this.project = project;
    }

    @Override
    public void based(BackupKey base, String reason) {
      metrics.based(project);
      log.line("recording", project, "changes after " + base + ", because " + reason);
    }

    @Override
    public void continued(Backup newest, int objects) {
      metrics.continued(project, objects);
    }

    @Override
    public void stored(Backup changes, long events) {
      metrics.stored(project, changes, events);
    }

    @Override
    public void checked(long stored, long live) {
      metrics.checked(project, stored, live);
    }

    @Override
    public void ended(long last, String reason) {
      metrics.ended(project);
      log.line("ended", project, "recorded changes end at revision " + last + ": " + reason);
    }

    @Override
    public void failed(BackupException failure) {
      metrics.failed(project);
      log.line("failed", project, "recording changes: " + failure.getMessage());
    }
  }
}
