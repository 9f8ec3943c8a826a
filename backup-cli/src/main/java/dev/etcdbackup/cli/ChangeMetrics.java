package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Metrics of recorded changes, by project: how far behind the cluster they are, and how many. */
final class ChangeMetrics {
  private final MeterRegistry registry;
  private final Map<String, AtomicLong> gauges = new ConcurrentHashMap<>();

  ChangeMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void based(String project) {
    gauge(project, "chain.length", "Objects of changes behind the newest base").set(0);
    count(project, "bases", "Backups taken as bases of recorded changes", 1);
  }

  void stored(String project, Backup changes, long events) {
    gauge(project, "chain.length", "Objects of changes behind the newest base").incrementAndGet();
    count(project, "objects", "Objects of changes stored", 1);
    count(project, "events", "Events stored", events);
    count(project, "bytes", "Bytes of changes stored", changes.stored().size());
  }

  void checked(String project, long stored, long live) {
    long now = Instant.now().getEpochSecond();
    long lag = Math.max(0, live - stored);
    gauge(project, "lag.revisions", "Revisions of the cluster that are not stored").set(lag);
    AtomicLong current =
        gauge(project, "current.seconds", "When all revisions were stored last, since 1970");
    if (lag == 0) {
      current.set(now);
    }
  }

  void ended(String project) {
    count(project, "chains.ended", "Chains of changes that could not be continued", 1);
  }

  void failed(String project) {
    count(project, "failures", "Failures of the member or the store while recording", 1);
  }

  private void count(String project, String name, String description, double by) {
    Counter.builder("etcd.backup.changes." + name)
        .description(description)
        .tag("project", project)
        .register(registry)
        .increment(by);
  }

  private AtomicLong gauge(String project, String name, String description) {
    return gauges.computeIfAbsent(
        project + ' ' + name,
        added -> {
          AtomicLong value = new AtomicLong();
          Gauge.builder("etcd.backup.changes." + name, value, AtomicLong::doubleValue)
              .description(description)
              .tag("project", project)
              .register(registry);
          return value;
        });
  }
}
