package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ChangesConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.cli.config.EtcdConfig;
import dev.etcdbackup.cli.config.StoreAddress;
import dev.etcdbackup.cron.CronSchedule;
import dev.etcdbackup.internal.DurationText;
import dev.etcdbackup.internal.SizeText;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code run --check}: shows what {@code run} would do with a configuration, or everything that is
 * wrong with it. Reads the files that the configuration names; connects to nothing and writes
 * nothing.
 */
final class ConfigCheck {
  private final EtcdBackupCommand root;
  private final ConfigOptions options;
  private final List<String> problems = new ArrayList<>();

  ConfigCheck(EtcdBackupCommand root, ConfigOptions options) {
    this.root = root;
    this.options = options;
  }

  /** The configuration as {@code -o json} shows it; what does not apply is null. */
  record CheckJson(
      String store,
      @Nullable LockJson lock,
      @Nullable String listen,
      String tarballZone,
      List<ClusterJson> clusters) {}

  /** The lock of the replicas. */
  record LockJson(List<URI> endpoints, long ttlSeconds) {}

  /** A cluster; {@code next} is without the jitter. */
  record ClusterJson(
      String project,
      boolean automated,
      List<URI> endpoints,
      boolean tls,
      @Nullable String user,
      @Nullable String due,
      @Nullable String next,
      @Nullable Long jitterSeconds,
      String name,
      @Nullable String keep,
      long timeoutSeconds,
      @Nullable Long maxAgeSeconds,
      boolean skipUnchanged,
      @Nullable ChangesJson changes,
      String recovery) {}

  /** How changes are recorded; {@code consolidateEverySeconds} is null for never. */
  record ChangesJson(
      long periodSeconds, int bytes, int hashEvery, @Nullable Long consolidateEverySeconds) {
    static ChangesJson of(ChangesConfig changes) {
      return new ChangesJson(
          changes.period().toSeconds(),
          changes.bytes(),
          changes.hashEvery(),
          changes.consolidateEvery().map(Duration::toSeconds).orElse(null));
    }

    String text() {
      return "recorded every "
          + ConfigCheck.text(periodSeconds)
          + " or "
          + SizeText.exact(bytes)
          + (consolidateEverySeconds == null
              ? ""
              : ", a full backup of them when the newest is "
                  + ConfigCheck.text(consolidateEverySeconds)
                  + " old");
    }
  }

  /** Prints the plan and returns 0, or prints a line for each problem and returns 2. */
  int run() {
    Optional<CheckJson> plan = Optional.empty();
    try {
      plan = Optional.of(plan(options.read()));
    } catch (ConfigException e) {
      problems.addAll(e.problems());
    } catch (UsageException e) {
      problems.add(e.getMessage());
    }
    if (!problems.isEmpty()) {
      problems.forEach(problem -> root.failures().report(problem, ExitCode.USAGE));
      return ExitCode.USAGE;
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(plan.orElseThrow());
    } else {
      text(plan.orElseThrow()).forEach(output::line);
    }
    return ExitCode.DONE;
  }

  private CheckJson plan(BackupConfig config) throws UsageException {
    StoreAddress where = root.store.or(config.store());
    check("", () -> root.store.check(config));
    check("", () -> SecondStores.open(config, root.store).close());
    config.lock().ifPresent(lock -> check("lock: ", () -> SchedulerSetup.lock(lock).close()));
    config.lock().ifPresent(lock -> checkFiles("lock: ", lock.etcd()));
    for (ClusterConfig cluster : config.clusters()) {
      check("", () -> SchedulerSetup.scheduled(cluster, List.of(), List.of()));
      check("", () -> EncodingOptions.signingKey(cluster));
      checkFiles("cluster '" + cluster.project() + "': ", cluster.etcd());
    }
    return new CheckJson(
        where.toString(),
        config
            .lock()
            .map(lock -> new LockJson(lock.etcd().endpoints(), lock.ttl().toSeconds()))
            .orElse(null),
        config.listen().map(StatusServer::text).orElse(null),
        root.tarballZone(config).toString(),
        config.clusters().stream().map(this::json).toList());
  }

  private interface Step {
    void run() throws UsageException, BackupException;
  }

  /** Notes why a part of the configuration cannot be used. */
  private void check(String part, Step step) {
    try {
      step.run();
    } catch (UsageException | BackupException | IllegalArgumentException | UncheckedIOException e) {
      problems.add(options.file() + ": " + part + e.getMessage());
    }
  }

  /** Notes certificates, keys and passwords that cannot be read. */
  private void checkFiles(String part, EtcdConfig etcd) {
    check(part, () -> EtcdAccess.check(etcd));
  }

  private ClusterJson json(ClusterConfig cluster) {
    boolean automated = cluster.automated();
    Instant now = root.clock().instant();
    return new ClusterJson(
        cluster.project(),
        automated,
        cluster.etcd().endpoints(),
        cluster.etcd().tls().isPresent(),
        cluster.etcd().user().orElse(null),
        automated ? due(cluster) : null,
        automated ? cluster.schedule().next(now).map(Instant::toString).orElse(null) : null,
        automated ? cluster.jitter().toSeconds() : null,
        cluster.project() + "/" + cluster.naming() + String.join("", cluster.encoding().suffixes()),
        cluster.retention().map(Object::toString).orElse(null),
        cluster.timeout().toSeconds(),
        automated ? cluster.covered().maxAge().toSeconds() : null,
        cluster.skipUnchanged(),
        cluster.changes().map(ChangesJson::of).orElse(null),
        cluster.recovery());
  }

  private static String due(ClusterConfig cluster) {
    return cluster.schedule() instanceof CronSchedule cron
        ? "cron " + cron
        : "every " + DurationText.format(cluster.interval());
  }

  private static List<String> text(CheckJson plan) {
    List<String> lines = new ArrayList<>();
    lines.add("store     " + plan.store());
    if (plan.lock() != null) {
      lines.add(
          "lock      "
              + text(plan.lock().endpoints())
              + ", lost after "
              + text(plan.lock().ttlSeconds()));
    }
    if (plan.listen() != null) {
      lines.add("listen    http://" + plan.listen() + "/metrics and /coverage");
    }
    plan.clusters().forEach(cluster -> text(cluster, lines));
    return lines;
  }

  private static void text(ClusterJson cluster, List<String> lines) {
    lines.add("cluster   " + cluster.project());
    if (!cluster.endpoints().isEmpty()) {
      lines.add(
          "  etcd    "
              + text(cluster.endpoints())
              + (cluster.tls() ? ", TLS" : "")
              + (cluster.user() == null ? "" : ", user " + cluster.user()));
    }
    if (cluster.due() == null) {
      lines.add("  due     never: not automated");
    } else {
      Long jitter = cluster.jitterSeconds();
      lines.add(
          "  due     "
              + cluster.due()
              + ", next "
              + (cluster.next() == null ? "never" : cluster.next())
              + (jitter == null || jitter == 0 ? "" : ", up to " + text(jitter) + " later"));
      lines.add("  name    " + cluster.name());
      lines.add("  keeps   " + (cluster.keep() == null ? "all backups" : cluster.keep()));
      lines.add("  timeout " + text(cluster.timeoutSeconds()));
      if (cluster.maxAgeSeconds() != null) {
        lines.add(
            "  stale   when the newest backup is older than " + text(cluster.maxAgeSeconds()));
      }
    }
    if (cluster.skipUnchanged()) {
      lines.add("  skips   a backup while the cluster is unchanged since the newest one");
    }
    if (cluster.changes() != null) {
      lines.add("  changes " + cluster.changes().text());
    }
    if (!cluster.recovery().isBlank()) {
      lines.add("  lost    " + cluster.recovery().strip());
    }
  }

  private static String text(List<URI> endpoints) {
    return endpoints.stream().map(URI::toString).collect(Collectors.joining(", "));
  }

  private static String text(long seconds) {
    return DurationText.format(Duration.ofSeconds(seconds));
  }
}
