package dev.etcdbackup.cli;

import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.recovery.LostCluster;
import dev.etcdbackup.recovery.Recovery;
import dev.etcdbackup.recovery.RecoveryPlan;
import dev.etcdbackup.snapshot.FileSnapshotSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plan}. */
@Command(
    name = "plan",
    description =
        "Shows how to recover a lost cluster: from a member that still answers (--etcd), from"
            + " the newest backup that is good, or rebuilt from elsewhere. Changes nothing. Exit"
            + " code 2 when the newest backup is needed and --decrypt-with is none of its keys.")
final class PlanCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The project of the cluster.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The configuration that says whether it is automated, and the recovery note.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path config;

  @Option(
      names = "--copied-db",
      paramLabel = "FILE",
      description = "A copy of a dead member's member/snap/db.")
  private @Nullable Path copiedDatabase;

  PlanCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A source that was skipped, as {@code -o json} shows it. */
  record PassedOverJson(String what, String problem) {}

  /** The plan as {@code -o json} shows it; what does not apply is null. */
  record PlanJson(
      String project,
      String way,
      @Nullable String survivor,
      @Nullable String backup,
      @Nullable List<String> encryptedTo,
      @Nullable List<String> keysAtHand,
      @Nullable Long ageSeconds,
      boolean needsConfirmation,
      List<String> doubts,
      List<PassedOverJson> passedOver,
      String note) {
    static PlanJson of(RecoveryPlan plan) {
      return new PlanJson(
          plan.cluster().project(),
          plan.way().toString().toLowerCase(Locale.ROOT),
          plan.survivor().map(one -> one.info().origin()).orElse(null),
          plan.backup().map(one -> one.key().toString()).orElse(null),
          plan.recipients().map(one -> one.keyIds()).orElse(null),
          plan.recipients().map(one -> one.atHand()).orElse(null),
          plan.age().map(age -> age.toSeconds()).orElse(null),
          plan.needsConfirmation(),
          plan.doubts(),
          plan.passedOver().stream()
              .map(one -> new PassedOverJson(one.what(), one.problem()))
              .toList(),
          plan.cluster().note());
    }
  }

  @Override
  public Integer call() throws UsageException, ConfigException, IOException {
    BackupConfig file = BackupConfig.read(config, Optional.empty());
    LostCluster cluster = cluster(file).withSurvivors(survivors());
    RecoveryPlan plan;
    try (StoreOptions.OpenStore open = root.store.open(root.store.or(file.store()))) {
      plan = new Recovery(root.service(open.store(), file), root.clock()).plan(cluster);
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(PlanJson.of(plan));
    } else {
      plan.lines().forEach(output::line);
    }
    return ExitCode.DONE;
  }

  private LostCluster cluster(BackupConfig file) throws UsageException {
    ClusterConfig found =
        file.clusters().stream()
            .filter(one -> one.project().equals(project))
            .findFirst()
            .orElseThrow(() -> new UsageException(config + " has no project " + project));
    LostCluster cluster =
        found.automated() ? LostCluster.automated(project) : LostCluster.notAutomated(project);
    return cluster.withNote(found.recovery());
  }

  private List<SnapshotSource> survivors() throws UsageException, SourceException {
    List<SnapshotSource> survivors = new ArrayList<>();
    for (URI member : root.etcd.members()) {
      survivors.add(root.etcd.source(List.of(member), root.timeout));
    }
    if (copiedDatabase != null) {
      survivors.add(FileSnapshotSource.of(copiedDatabase));
    }
    return survivors;
  }
}
