package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ChangesConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.micrometer.BackupMetrics;
import dev.etcdbackup.schedule.BackupScheduler;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code run}. */
@Command(
    name = "run",
    description =
        "Backs up the clusters of a configuration by their schedules until SIGTERM or"
            + " SIGINT, and prints a line for each thing it does. After the signal, backups in"
            + " progress may finish within the grace period. Exit code 0 when all of them"
            + " finished, 1 when one was cancelled, which stores nothing.")
final class RunCommand implements Callable<Integer> {
  private static final Duration AFTER_GRACE = Duration.ofSeconds(20);

  private final EtcdBackupCommand root;

  @Mixin private final ConfigOptions config = new ConfigOptions();

  @Option(
      names = "--check",
      description =
          "Check the configuration and the files it names, and print for each cluster what would be"
              + " backed up, when, under which name, and what is kept. Connects to nothing. Exit"
              + " code 2, and a line for each problem, when something is wrong.")
  private boolean check;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      description =
          "How long backups in progress may take to finish after SIGTERM. Default: 20s, of the 30 s"
              + " that Kubernetes gives.")
  private Duration grace = Duration.ofSeconds(20);

  RunCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, ConfigException, BackupException {
    if (check) {
      return new ConfigCheck(root, config).run();
    }
    if (root.hasFixedClock()) {
      throw new UsageException("--now cannot be combined with run");
    }
    BackupConfig read = config.read();
    StoreAddress where = root.store.or(read.store());
    RunLog log = new RunLog(root.output());
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    BackupMetrics metrics = new BackupMetrics(registry);
    ChangeMetrics changes = new ChangeMetrics(registry);
    try (StoreOptions.OpenStore open = root.store.openToWrite(read);
        SecondStores secondStores = SecondStores.open(read, root.store);
        SchedulerSetup setup =
            new SchedulerSetup(
                read,
                open.store(),
                root.encoding.reading(),
                root.tarballZone(read),
                secondStores,
                builder ->
                    builder
                        .listener(log)
                        .listener(metrics)
                        .recordedTo(changes::recordedTo)
                        .listener(new UploadSweeping(open, log)));
        ChangeRecorders recorders =
            new ChangeRecorders(
                root, EncodingOptions.signing(open.store(), read), setup.lock(), log, changes);
        ScheduledConsolidation consolidation =
            new ScheduledConsolidation(
                EncodingOptions.signing(open.store(), read),
                setup.lock(),
                root.clock(),
                log,
                changes)) {
      BackupScheduler scheduler = setup.scheduler();
      List<ScheduledConsolidation.Project> consolidated =
          consolidated(read.clusters(), open.store());
      setup.addAll(new ConfiguredChecks(root).of(read.checks()));
      metrics.watch(scheduler);
      Optional<StatusServer> status = Optional.empty();
      if (read.listen().isPresent()) {
        status =
            Optional.of(
                StatusServer.start(read.listen().get(), registry::scrape, scheduler::coverage));
      }
      try {
        log.line("running", "", summary(read, where, status));
        root.interruption().expect(grace.plus(AFTER_GRACE));
        scheduler.start();
        recorders.start(read.clusters());
        consolidation.start(consolidated);
        awaitSignal();
        log.line(
            "stopping", "", "backups in progress may finish within " + DurationText.format(grace));
        return stop(scheduler, log);
      } finally {
        status.ifPresent(StatusServer::close);
      }
    }
  }

  private List<ScheduledConsolidation.Project> consolidated(
      List<ClusterConfig> clusters, BackupStore store) throws UsageException {
    List<ScheduledConsolidation.Project> projects = new ArrayList<>();
    for (ClusterConfig cluster : clusters) {
      Optional<Duration> every = cluster.changes().flatMap(ChangesConfig::consolidateEvery);
      if (every.isPresent()) {
        projects.add(
            new ScheduledConsolidation.Project(
                cluster.project(),
                every.get(),
                EncodingOptions.openingSigned(store, cluster),
                root.encoding.readingAndWriting(cluster.encoding()),
                cluster.encoding().applyTo(cluster.naming().strategy()),
                cluster.timeout()));
      }
    }
    return projects;
  }

  private int stop(BackupScheduler scheduler, RunLog log) {
    boolean ended = scheduler.stop(grace);
    Set<String> cancelled = log.underWay();
    cancelled.forEach(project -> log.line("cancelled", project, "it stored nothing"));
    log.line("stopped", "", ended ? "all runs have ended" : "a run does not end");
    return ended && cancelled.isEmpty() ? ExitCode.DONE : ExitCode.NO;
  }

  private static void awaitSignal() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException signalled) {
      // The signal was the only thing to wait for.
    }
  }

  private static String summary(
      BackupConfig config, StoreAddress where, Optional<StatusServer> status) {
    long automated = config.clusters().stream().filter(one -> one.automated()).count();
    return automated
        + (automated == 1 ? " cluster" : " clusters")
        + " into "
        + where
        + config.lock().map(lock -> ", lock in etcd at " + lock.etcd().endpoints()).orElse("")
        + status.map(one -> ", http://" + one.address() + "/metrics and /coverage").orElse("");
  }
}
