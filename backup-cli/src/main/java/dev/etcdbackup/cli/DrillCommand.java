package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.coverage.KeyUse;
import dev.etcdbackup.etcd.drill.Drill;
import dev.etcdbackup.etcd.drill.DrillReport;
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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drill}. */
@Command(
    name = "drill",
    description =
        "Restores a snapshot into a temporary directory, starts an etcd from it if there is one,"
            + " compares its history and its number of keys with the snapshot, writes and deletes a"
            + " key, and removes everything. Exit code 1 when a check fails, 5 when the snapshot is"
            + " corrupt. When the snapshot has authentication, --etcd-user logs in to the etcd.")
final class DrillCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(paramLabel = "KEY|FILE", description = SnapshotOperand.DESCRIPTION)
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
      double seconds) {}

  @Override
  public Integer call() throws UsageException, IOException {
    Drill drill = drill();
    OperandReader reader = new OperandReader(root).readRecipients();
    DrillReport report = reader.whole(operand, (snapshot, way) -> drill.run(snapshot));
    Output output = root.output();
    if (output.isJson()) {
      output.json(json(report));
    } else {
      report.lines().stream().map(OptionNames::in).forEach(output::line);
      output.line(operand + (report.passed() ? ": passed" : ": FAILED"));
    }
    if (report.passed() && !noRecord && operand instanceof SnapshotOperand.InStore in) {
      record(in.key().project(), reader.encryptedTo());
    }
    return report.passed() ? ExitCode.DONE : ExitCode.NO;
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

  private DrillJson json(DrillReport report) {
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

  private static Optional<Path> onPath() {
    String path = System.getenv("PATH");
    return Stream.of((path == null ? "" : path).split(File.pathSeparator))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, "etcd"))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
