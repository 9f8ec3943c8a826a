package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToDoubleFunction;

/** Metrics of recorded changes, by project: how far behind the cluster they are, and how many. */
final class ChangeMetrics {
  private static final String CURRENT = "current.seconds";
  private static final String RPO = "rpo.seconds";

  /** What is counted. */
  private enum Count {
    BASES("bases", "Backups taken as bases of recorded changes"),
    OBJECTS("objects", "Objects of changes stored"),
    EVENTS("events", "Events stored"),
    BYTES("bytes", "Bytes of changes stored"),
    CHAINS_ENDED("chains.ended", "Chains of changes that could not be continued"),
    CONSOLIDATIONS("consolidations", "Full backups made of a backup and its changes"),
    FAILURES("failures", "Failures of the member or the store while recording");

    private final String name;
    private final String description;

    Count(String name, String description) {
      this.name = name;
      this.description = description;
    }
  }

  private final MeterRegistry registry;
  private final Map<String, AtomicLong> gauges = new ConcurrentHashMap<>();

  ChangeMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Registers the counters of a project, so that Prometheus sees the first increase of each. */
  void begin(String project) {
    for (Count each : Count.values()) {
      count(project, each, 0);
    }
  }

  void continued(String project, int objects) {
    chainLength(project).set(objects);
  }

  void based(String project) {
    chainLength(project).set(0);
    count(project, Count.BASES, 1);
  }

  void stored(String project, Backup changes, long events) {
    chainLength(project).incrementAndGet();
    count(project, Count.OBJECTS, 1);
    count(project, Count.EVENTS, events);
    count(project, Count.BYTES, changes.stored().size());
  }

  void checked(String project, long stored, long live) {
    long now = registry.config().clock().wallTime() / 1000;
    long lag = Math.max(0, live - stored);
    AtomicLong current = gauge(project, CURRENT, "When all revisions were stored last, since 1970");
    gauges.computeIfAbsent(
        project + ' ' + RPO,
        added -> {
          String description = "What would be lost now: the time since all revisions were stored";
          register(project, RPO, description, current, this::secondsSince);
          return current;
        });
    if (lag == 0) {
      current.set(now);
    }
    // Last, so that whoever sees no lag finds the time, too.
    gauge(project, "lag.revisions", "Revisions of the cluster that are not stored").set(lag);
  }

  /** When all revisions of a project were stored last; empty when that was not seen yet. */
  Optional<Instant> recordedTo(String project) {
    return Optional.ofNullable(gauges.get(project + ' ' + CURRENT))
        .map(AtomicLong::get)
        .filter(seconds -> seconds > 0)
        .map(Instant::ofEpochSecond);
  }

  /** The time since then; 0 when the clock was set back meanwhile. */
  private double secondsSince(AtomicLong current) {
    long at = current.get();
    return at == 0 ? Double.NaN : Math.max(0, registry.config().clock().wallTime() / 1e3 - at);
  }

  void ended(String project) {
    count(project, Count.CHAINS_ENDED, 1);
  }

  void consolidated(String project) {
    count(project, Count.CONSOLIDATIONS, 1);
  }

  void failed(String project) {
    count(project, Count.FAILURES, 1);
  }

  private AtomicLong chainLength(String project) {
    return gauge(project, "chain.length", "Objects of changes after the newest base");
  }

  private void count(String project, Count what, long by) {
    Counter.builder("etcd.backup.changes." + what.name)
        .description(what.description)
        .tag("project", project)
        .register(registry)
        .increment((double) by);
  }

  private AtomicLong gauge(String project, String name, String description) {
    return gauges.computeIfAbsent(
        project + ' ' + name,
        added -> {
          AtomicLong value = new AtomicLong();
          register(project, name, description, value, AtomicLong::doubleValue);
          return value;
        });
  }

  /** Registers a gauge, once: the registry warns of a second time. */
  private void register(
      String project,
      String name,
      String description,
      AtomicLong state,
      ToDoubleFunction<AtomicLong> value) {
    Gauge.builder("etcd.backup.changes." + name, state, value)
        .description(description)
        .tag("project", project)
        .register(registry);
  }
}
