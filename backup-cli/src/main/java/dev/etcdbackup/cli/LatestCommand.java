package dev.etcdbackup.cli;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.NewestGood;
import dev.etcdbackup.service.NewestGoodRequest;
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
          "The newest backup that verifies. The problems of newer ones are printed on"
              + " standard error.")
  private boolean verified;

  @Option(
      names = "--any",
      description =
          "Also consider the snapshots of other tools, by the time in their names, or without one by"
              + " the time at which the store received them.")
  private boolean any;

  LatestCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  @Override
  public Integer call() throws UsageException, BackupException {
    Optional<Backup> latest;
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      BackupService service = root.service(open.store());
      if (any) {
        NewestOfAny candidates = new NewestOfAny(root, service);
        latest = verified ? candidates.good(project) : candidates.newest(project);
      } else {
        latest = verified ? newestGood(service) : service.latest(project);
      }
    }
    if (latest.isEmpty()) {
      return verified ? ExitCode.NO : root.failures().report(nothing(), ExitCode.NO);
    }
    Output output = root.output();
    if (output.isJson()) {
      output.json(BackupJson.of(latest.get(), root.catalogue(), List.of()));
    } else {
      output.line(latest.get().key().toString());
    }
    return ExitCode.DONE;
  }

  /** The newest that verifies; those that do not are reported. */
  private Optional<Backup> newestGood(BackupService service) throws BackupException {
    NewestGood found =
        service.newestGood(
            NewestGoodRequest.builder(project)
                .unreadable(2)
                .onPassedOver(this::reportPassedOver)
                .build());
    if (found.backup().isEmpty()) {
      boolean none = found.passedOver().isEmpty();
      root.failures().report(none ? nothing() : "NO GOOD BACKUP of " + project + " is left", 0);
    }
    return found.backup();
  }

  /** The project may be misspelled, or have other objects or backups of the future alone. */
  private String nothing() {
    return (any ? "found no backup of " : "found no periodic backup or tarball of ") + project;
  }

  private void reportPassedOver(NewestGood.PassedOver one) {
    root.failures().report("SKIPPED " + one.backup().key() + Scrub.summary(one.problems()), 0);
  }
}
