package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.recovery.LostCluster;
import dev.etcdbackup.recovery.Recovery;
import dev.etcdbackup.recovery.RecoveryPlan;
import dev.etcdbackup.restore.PointInTimePlan;
import dev.etcdbackup.service.BackupNote;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.snapshot.FileSnapshotSource;
import dev.etcdbackup.snapshot.Preflight;
import dev.etcdbackup.snapshot.ReadOptions;
import dev.etcdbackup.snapshot.StoredSnapshot;
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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code plan}. */
@Command(
    name = "plan",
    description =
        "Shows how to recover a lost cluster: from a member that still answers (--etcd),"
            + " from the newest backup that is good, or rebuilt from elsewhere. Changes"
            + " nothing. Exit code 2 when the newest backup is needed and --decrypt-with has"
            + " none of its keys. With --to-revision or --to-time: the backup and the changes"
            + " that lead to that point, which are read and verified; exit code 5 when they do"
            + " not.")
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

  @Mixin private final PointInTimeOptions point = new PointInTimeOptions();

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
      String note,
      List<String> notes,
      List<String> preflight) {
    static PlanJson of(RecoveryPlan plan, List<String> notes, List<String> preflight) {
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
          plan.cluster().note(),
          notes,
          preflight);
    }
  }

  /** A plan for a point in time as {@code -o json} shows it; what does not apply is null. */
  record PointPlanJson(
      String project,
      String way,
      String backup,
      long revision,
      @Nullable String time,
      int objects,
      long events,
      @Nullable String problem,
      String note,
      List<String> preflight) {
    static PointPlanJson of(PointInTimePlan plan, LostCluster cluster, List<String> preflight) {
      return new PointPlanJson(
          cluster.project(),
          "changes",
          plan.base().key().toString(),
          plan.reached().revision(),
          plan.reached().time().map(Object::toString).orElse(null),
          plan.reached().objects(),
          plan.reached().events(),
          plan.reached().problem().orElse(null),
          cluster.note(),
          preflight);
    }
  }

  @Override
  public Integer call() throws UsageException, ConfigException, IOException {
    point.requireComplete();
    BackupConfig file = BackupConfig.read(config, Optional.empty());
    if (point.isGiven()) {
      return toPoint(file);
    }
    LostCluster cluster = cluster(file).withSurvivors(survivors());
    RecoveryPlan plan;
    List<String> notes;
    List<String> preflight;
    try (StoreOptions.OpenStore open = root.store.open(root.store.or(file.store()))) {
      BackupService service = root.service(open.store(), file);
      plan = new Recovery(service, root.clock()).plan(cluster);
      notes = notes(plan, service);
      preflight = preflight(plan, open.store());
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(PlanJson.of(plan, notes, preflight));
    } else {
      plan.lines().forEach(output::line);
      notes.stream().map(TerminalText::escape).forEach(output::line);
      preflight.forEach(output::line);
    }
    return ExitCode.DONE;
  }

  private Integer toPoint(BackupConfig file) throws UsageException, IOException {
    LostCluster cluster = cluster(file);
    if (copiedDatabase != null || root.etcd.isGiven()) {
      throw new UsageException(
          "--to-revision and --to-time need a backup and its changes, not a survivor; leave out"
              + " --etcd, --discovery-srv and --copied-db");
    }
    PointInTimePlan plan;
    try (StoreOptions.OpenStore open = root.store.open(root.store.or(file.store()))) {
      plan =
          new PointInTimeReader(root, point)
              .read(open.store(), BackupKey.parse(project), PointInTimePlan::of);
    }
    List<String> preflight = toDo(plan.preflight());
    Output output = root.output();
    if (output.isJson()) {
      output.json(PointPlanJson.of(plan, cluster, preflight));
      return ExitCode.DONE;
    }
    plan.lines().forEach(output::line);
    if (!cluster.automated()) {
      String note = cluster.note().isEmpty() ? "there is no recovery note" : cluster.note();
      output.line("NEEDS CONFIRMATION: " + project + " is not automated: " + note);
    }
    preflight.forEach(output::line);
    return ExitCode.DONE;
  }

  private static List<String> toDo(Preflight preflight) {
    return preflight.toDo().stream().map(finding -> OptionNames.in(finding.toString())).toList();
  }

  /** What people and schedules said of the backup of the plan. */
  private static List<String> notes(RecoveryPlan plan, BackupService service)
      throws BackupException {
    if (plan.backup().isEmpty()) {
      return List.of();
    }
    BackupKey key = plan.backup().get().key();
    return service.notes().list(key.project()).stream()
        .filter(one -> one.key().equals(key))
        .map(one -> one.kind() == BackupNote.Kind.NOTE ? "note: " + one.text() : "it is " + one)
        .toList();
  }

  /** What needs a decision before the backup of the plan is restored. */
  private List<String> preflight(RecoveryPlan plan, BackupStore store)
      throws UsageException, IOException {
    BackupEncodings encodings = root.encoding.reading();
    if (plan.backup().isEmpty() || encodings.missing(plan.backup().get().name()).isPresent()) {
      return List.of();
    }
    ReadOptions options =
        ReadOptions.builder(encodings, OperandReader.temporaryDirectory())
            .timeout(root.timeout())
            .unpacking(root.encoding.unpacking())
            .extent(ReadOptions.Extent.FEW_PAGES)
            .build();
    try (StoredSnapshot stored = StoredSnapshot.open(plan.backup().get(), store, options)) {
      return toDo(stored.snapshot().preflight(false));
    } catch (BackupException e) { // the plan holds all the same
      return List.of("what to know before the restore could not be read: " + e.getMessage());
    }
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
      survivors.add(root.etcd.source(List.of(member), root.timeout()));
    }
    if (copiedDatabase != null) {
      survivors.add(FileSnapshotSource.of(copiedDatabase));
    }
    return survivors;
  }
}
