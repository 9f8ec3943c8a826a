package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code latest}. */
@Command(
    name = "latest",
    description =
        "Prints the key of a project's newest periodic backup or tarball; ends with 1 when there is"
            + " none.")
final class LatestCommand implements Callable<Integer> {
  private final EtcdBackup root;

  @Parameters(
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The project.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  LatestCommand(EtcdBackup root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    Optional<Backup> latest;
    try (StoreOptions.OpenStore open = root.store.open(root.store.required(), false)) {
      latest = root.service(open.store()).latest(project);
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
}
