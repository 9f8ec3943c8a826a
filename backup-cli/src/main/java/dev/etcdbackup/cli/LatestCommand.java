package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.service.BackupService;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code latest}. */
@Command(
    name = "latest",
    description =
        "Prints the key of a project's newest periodic backup or tarball; ends with 1 when there is"
            + " none, or with --verified none that is good.")
final class LatestCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The project.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  @Option(
      names = "--verified",
      description =
          "The newest that is good. Newer ones are read too, and their problems are printed on"
              + " standard error.")
  private boolean verified;

  LatestCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    Optional<Backup> latest;
    try (StoreOptions.OpenStore open = root.store.open(root.store.required(), false)) {
      BackupService service = root.service(open.store());
      latest = verified ? latestGood(service) : service.latest(project);
    }
    if (latest.isEmpty()) {
      return ExitCode.NO;
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(BackupJson.of(latest.get()));
    } else {
      output.line(latest.get().key().toString());
    }
    return ExitCode.DONE;
  }

  /** Walks from the newest, by the rules of {@link BackupService#latest}, to the first good one. */
  private Optional<Backup> latestGood(BackupService service) throws BackupException {
    List<Backup> newestFirst =
        service.list(project).stream()
            .filter(one -> one.kind() != BackupKind.OTHER)
            .filter(one -> !one.isDatedAhead(root.clock().instant()))
            .sorted(Backup.OLDEST_FIRST.reversed())
            .toList();
    for (Backup backup : newestFirst) {
      List<String> problems = problems(backup, service);
      if (problems.isEmpty()) {
        return Optional.of(backup);
      }
      root.failures().report("SKIPPED " + backup.key() + Scrub.summary(problems), 0);
    }
    if (!newestFirst.isEmpty()) {
      root.failures().report("NO GOOD BACKUP of " + project + " is left", 0);
    }
    return Optional.empty();
  }

  private static List<String> problems(Backup backup, BackupService service)
      throws BackupException {
    try {
      return service.verify(backup).problems();
    } catch (BackupNotFoundException e) {
      return List.of("it was deleted meanwhile");
    }
  }
}
