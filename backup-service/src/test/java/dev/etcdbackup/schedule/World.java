package dev.etcdbackup.schedule;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/** A scheduler, its clusters and its store in virtual time. */
final class World {
  static final Instant START = Instant.parse("2020-02-03T10:30:00Z");

  final VirtualSchedulerRuntime runtime;
  final BackupStore store;
  final Map<String, VirtualSource> sources = new LinkedHashMap<>();
  final Events events = new Events();
  BackupScheduler scheduler;

  World() {
    this(new VirtualSchedulerRuntime(START), null, builder -> builder);
  }

  World(UnaryOperator<SchedulerBuilder> settings) {
    this(new VirtualSchedulerRuntime(START), null, settings);
  }

  /** A world over what another has left in its store. */
  World(
      VirtualSchedulerRuntime runtime,
      BackupStore store,
      UnaryOperator<SchedulerBuilder> settings) {
    this.runtime = runtime;
    this.store = store != null ? store : new InMemoryBackupStore(runtime::now);
    SchedulerBuilder builder =
        BackupScheduler.builder(this.store)
            .runtime(runtime)
            .threads(World::inThisThread)
            .random(new Random(42))
            .listener(events);
    this.scheduler = settings.apply(builder).build();
    scheduler.start();
  }

  /** Work that is done where it is started: the whole world has one thread. */
  static Thread inThisThread(Runnable work) {
    return new Thread(work) {
      @Override
      public synchronized void start() {
        work.run();
      }
    };
  }

  VirtualSource add(String project, Duration interval) {
    return add(project, cluster -> cluster.schedule(Schedule.every(interval)));
  }

  VirtualSource add(String project, UnaryOperator<ScheduledClusterBuilder> settings) {
    VirtualSource source = sources.computeIfAbsent(project, first -> new VirtualSource(runtime));
    scheduler.put(settings.apply(ScheduledCluster.builder(project, source)).build());
    return source;
  }

  void pass(Duration time) {
    runtime.pass(time);
  }

  /** When the periodic backups of a project were taken, oldest first. */
  List<Instant> taken(String project) throws BackupException {
    return store.list(project).stream()
        .map(one -> Backup.of(one, ZoneOffset.UTC))
        .filter(one -> one.kind() != BackupKind.OTHER)
        .sorted(Backup.OLDEST_FIRST)
        .map(one -> one.time().orElseThrow())
        .toList();
  }

  BackupKey stored(String project, Instant time) throws BackupException {
    return stored(project, 1, time, 100);
  }

  BackupKey stored(String project, long revision, Instant time, int size) throws BackupException {
    BackupKey key =
        BackupKey.of(project, BackupName.periodic("etcd.backup", revision, time).text());
    store.put(key, Content.of(new ByteArrayInputStream(new byte[size]), size));
    return key;
  }

  ClusterStatus status(String project) {
    return scheduler.status().stream()
        .filter(one -> one.project().equals(project))
        .findFirst()
        .orElseThrow();
  }
}
