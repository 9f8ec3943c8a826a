package dev.etcdbackup.micrometer;

import dev.etcdbackup.coverage.CoverageState;
import dev.etcdbackup.schedule.ClusterStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The gauges of the clusters that a scheduler has now. The meters of removed clusters are removed.
 */
final class ClusterGauges {
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final MeterRegistry registry;
  private final Supplier<List<ClusterStatus>> source;
  private final Consumer<String> onNew;
  private final Set<String> known = new HashSet<>(); // guarded by this
  private final Map<String, List<Meter>> registered = new HashMap<>(); // guarded by this
  private Map<String, ClusterStatus> seen = Map.of(); // guarded by this
  private @Nullable Long seenAt; // guarded by this

  /**
   * @param onNew called with each project, automated or not, when it is first seen
   */
  ClusterGauges(
      MeterRegistry registry, Supplier<List<ClusterStatus>> source, Consumer<String> onNew) {
    this.registry = registry;
    this.source = source;
    this.onNew = onNew;
    for (CoverageState state : CoverageState.values()) {
      if (state != CoverageState.UNCONFIGURED
          && state != CoverageState.COVERED_BY_OTHERS) { // they require a listing of the store
        Gauge.builder("etcd.backup.coverage", this, gauges -> gauges.count(state))
            .description("Number of projects in a state")
            .tag("state", state.label())
            .register(registry);
      }
    }
    update();
  }

  /**
   * Registers the gauges of the automated clusters and removes those of all others, so that the
   * memory of an operator does not grow with the number of clusters that were removed.
   */
  synchronized void update() {
    seenAt = null; // a cached status may not contain the cluster of this event
    Map<String, ClusterStatus> now = look();
    Set<String> removed = new HashSet<>(known);
    removed.removeAll(now.keySet());
    removed.forEach(this::forget);
    registered
        .entrySet()
        .removeIf(
            one -> {
              boolean gone = !isAutomated(now.get(one.getKey()));
              if (gone) {
                one.getValue().forEach(registry::remove);
              }
              return gone;
            });
    for (ClusterStatus cluster : now.values()) {
      if (known.add(cluster.project())) {
        onNew.accept(cluster.project());
      }
      if (cluster.automated()) {
        registered.computeIfAbsent(cluster.project(), this::register);
      }
    }
  }

  private void forget(String project) {
    known.remove(project);
    registered.remove(project);
    for (Meter meter : registry.getMeters()) {
      if (meter.getId().getName().startsWith("etcd.backup.")
          && project.equals(meter.getId().getTag("project"))) {
        registry.remove(meter);
      }
    }
  }

  private List<Meter> register(String project) {
    List<Meter> meters = new ArrayList<>();
    meters.add(
        gauge(
            project,
            "etcd.backup.last.success.timestamp",
            "When the newest backup was taken",
            "seconds",
            one -> one.newest().map(at -> (double) at.getEpochSecond()).orElse(Double.NaN)));
    meters.add(gauge(project, "etcd.backup.age", "Age of the newest backup", "seconds", this::age));
    meters.add(
        gauge(
            project,
            "etcd.backup.overdue",
            "Time by which a backup is overdue",
            "seconds",
            one -> one.overdue().toMillis() / 1e3));
    meters.add(
        gauge(
            project,
            "etcd.backup.missed",
            "Points of the schedule that passed without a backup",
            null,
            ClusterStatus::missed));
    meters.add(
        gauge(
            project,
            "etcd.backup.suspicious",
            "Backups that keep a series from being pruned",
            null,
            one -> one.anomalies().size()));
    return meters;
  }

  private Gauge gauge(
      String project,
      String name,
      String description,
      @Nullable String unit,
      ToDoubleFunction<ClusterStatus> value) {
    return Gauge.builder(name, this, gauges -> gauges.value(project, value))
        .description(description)
        .baseUnit(unit)
        .tag("project", project)
        .register(registry);
  }

  private synchronized double value(String project, ToDoubleFunction<ClusterStatus> value) {
    ClusterStatus cluster = look().get(project);
    return cluster == null ? Double.NaN : value.applyAsDouble(cluster);
  }

  private synchronized double count(CoverageState state) {
    return look().values().stream().filter(one -> one.state() == state).count();
  }

  /** The age of the newest backup; 0 when the clock was set back since it was taken. */
  private double age(ClusterStatus cluster) {
    long now = registry.config().clock().wallTime();
    return cluster
        .newest()
        .map(at -> Math.max(0, now - at.toEpochMilli()) / 1e3)
        .orElse(Double.NaN);
  }

  /** Returns the scheduler's status, which is read once for all gauges of a scrape. */
  private synchronized Map<String, ClusterStatus> look() {
    long now = System.nanoTime();
    if (seenAt == null || now - seenAt > FRESH_NANOS) {
      Map<String, ClusterStatus> fresh = new HashMap<>();
      source.get().forEach(one -> fresh.put(one.project(), one));
      seen = fresh;
      seenAt = now;
    }
    return seen;
  }

  private static boolean isAutomated(@Nullable ClusterStatus cluster) {
    return cluster != null && cluster.automated();
  }
}
