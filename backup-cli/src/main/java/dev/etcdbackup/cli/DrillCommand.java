package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.coverage.KeyUse;
import dev.etcdbackup.etcd.drill.Drill;
import dev.etcdbackup.etcd.drill.DrillReport;
import dev.etcdbackup.snapshot.EtcdSnapshot;
import dev.etcdbackup.snapshot.HashKv;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drill}. */
@Command(
    name = "drill",
    description =
        "Restores a snapshot into a temporary directory, starts an etcd from it if there is one,"
            + " compares its history and its number of keys with the snapshot, writes and deletes a"
            + " key, and removes everything. Exit code 1 when a check fails, 5 when the snapshot is"
            + " corrupt. When the snapshot has authentication, --etcd-user logs in to the etcd."
            + " With --to-revision or --to-time of a backup and the changes recorded after it.")
final class DrillCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      paramLabel = "KEY|FILE",
      description =
          SnapshotOperand.DESCRIPTION
              + " With --to-revision or --to-time also a project, of which the backup is chosen.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private SnapshotOperand operand;

  @Option(
      names = "--etcd-bin",
      paramLabel = "FILE",
      description =
          "The etcd to start. Default: the one on the PATH; without one nothing is started.")
  private @Nullable Path binary;

  @Option(
      names = "--no-record",
      description =
          "Do not record in the store that the drill opened an encrypted backup with a private key,"
              + " which 'coverage --encryption' and 'run' report.")
  private boolean noRecord;

  @Mixin private final PointInTimeOptions point = new PointInTimeOptions();

  DrillCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A report as {@code -o json} shows it. */
  record DrillJson(
      String name,
      boolean passed,
      boolean booted,
      String etcdVersion,
      HashKv hashKv,
      long keys,
      List<String> steps,
      List<String> problems,
      List<String> remarks,
      List<String> preflight,
      double seconds) {}

  /** A report, what is to be known before a restore, and to whom the backup is encrypted. */
  private record Drilled(
      DrillReport report, List<String> preflight, Optional<Recipients> encryptedTo) {}

  @Override
  public Integer call() throws UsageException, IOException {
    point.requireComplete();
    Drill drill = drill();
    Drilled drilled = point.isGiven() ? toPoint(drill) : whole(drill);
    List<String> preflight = drilled.preflight().stream().map(OptionNames::in).toList();
    DrillReport report = drilled.report();
    Output output = root.output();
    if (output.isJson()) {
      output.json(json(report, preflight));
    } else {
      preflight.forEach(output::line);
      report.lines().stream().map(OptionNames::in).forEach(output::line);
      output.line(operand + (report.passed() ? ": passed" : ": FAILED"));
    }
    if (report.passed() && !noRecord && operand instanceof SnapshotOperand.InStore in) {
      String project = in.key().project();
      record(project.isEmpty() ? in.key().name() : project, drilled.encryptedTo());
    }
    return report.passed() ? ExitCode.DONE : ExitCode.NO;
  }

  private Drilled whole(Drill drill) throws UsageException, IOException {
    OperandReader reader = new OperandReader(root).readRecipients();
    return reader.whole(
        operand, (snapshot, way) -> drilled(drill.run(snapshot), snapshot, reader.encryptedTo()));
  }

  private Drilled toPoint(Drill drill) throws UsageException, IOException {
    PointInTimeReader reader = new PointInTimeReader(root, point).readRecipients();
    return reader.read(
        operand,
        (base, snapshot, changes) ->
            drilled(drill.run(snapshot, changes), snapshot, reader.encryptedTo()));
  }

  private static Drilled drilled(
      DrillReport report, EtcdSnapshot snapshot, Optional<Recipients> encryptedTo)
      throws IOException {
    return new Drilled(report, snapshot.preflight(true).lines(), encryptedTo);
  }

  /** A store that cannot be written to does not fail a drill that passed. */
  private void record(String project, Optional<Recipients> encryptedTo) throws UsageException {
    if (encryptedTo.isEmpty() || !encryptedTo.get().readable()) {
      return;
    }
    try (StoreOptions.OpenStore open = root.store.openToWrite()) {
      new KeyUse(root.clock().instant(), encryptedTo.get().atHand().get(0))
          .put(open.store(), project);
    } catch (BackupException e) {
      root.warn(
          "the drill is not recorded in the store, so 'coverage --encryption' does not know of it"
              + " (--no-record leaves it out): "
              + e.getMessage());
    }
  }

  private DrillJson json(DrillReport report, List<String> preflight) {
    return new DrillJson(
        operand.toString(),
        report.passed(),
        report.booted(),
        report.etcdVersion(),
        report.hashKv(),
        report.keys(),
        report.steps(),
        report.problems(),
        report.remarks().stream().map(OptionNames::in).toList(),
        preflight,
        report.duration().toMillis() / 1000.0);
  }

  private Drill drill() throws UsageException {
    Drill.Builder builder = Drill.builder(OperandReader.temporaryDirectory());
    if (binary != null && !Files.isExecutable(binary)) {
      throw new UsageException("--etcd-bin: " + binary + " is no program");
    }
    Optional.ofNullable(binary).or(DrillCommand::onPath).ifPresent(builder::etcd);
    root.etcd.login().ifPresent(as -> builder.login(as.user(), as::password));
    return builder.build();
  }

  static Optional<Path> onPath() {
    String path = System.getenv("PATH");
    return Stream.of((path == null ? "" : path).split(File.pathSeparator))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, "etcd"))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
