package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.schedule.ManualBackups;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code before-upgrade}. */
@Command(
    name = "before-upgrade",
    description =
        "Backs up projects now, automated or not, as CONTEXT.backup_TIME, and prints the result of"
            + " each. Such backups are never pruned. A failure of one does not stop the others;"
            + " exit code 3 or 4 when one failed.")
final class BeforeUpgradeCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Mixin private final ConfigOptions config = new ConfigOptions();

  @Parameters(
      index = "0",
      paramLabel = "CONTEXT",
      description = "The occasion, for example pre_upgrade. It must contain '_', for older tools.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String context;

  @Parameters(
      index = "1..*",
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The projects. Default: all that have endpoints in the configuration.")
  private List<String> projects = new ArrayList<>();

  BeforeUpgradeCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** The outcome as {@code -o json} shows it. */
  record UpgradeJson(boolean complete, List<ProjectJson> projects) {}

  /** One project of it: a key, or why there is none. */
  record ProjectJson(String project, @Nullable String key, @Nullable String failure) {}

  @Override
  public Integer call() throws UsageException, ConfigException, BackupException {
    BackupConfig read = config.read();
    List<String> chosen = choose(read);
    warnOfClearText(read, chosen);
    ManualBackups made;
    try (StoreOptions.OpenStore open = root.store.openToWrite(read);
        SchedulerSetup setup =
            new SchedulerSetup(
                read,
                open.store(),
                root.encoding.reading(),
                root.tarballZone(read),
                SecondStores.none(),
                builder -> builder.clock(root.clock()))) {
      setup.addOnDemand();
      setup.scheduler().start();
      try {
        made = await(setup.scheduler().backUpNow(chosen, context));
      } catch (IllegalArgumentException e) {
        throw new UsageException(String.valueOf(e.getMessage()));
      }
    }
    print(made);
    return code(made);
  }

  /** The names of these backups take no suffix, which other tools find them by. */
  private void warnOfClearText(BackupConfig read, List<String> chosen) {
    for (ClusterConfig cluster : read.clusters()) {
      if (chosen.contains(cluster.project()) && !cluster.encoding().encryptTo().isEmpty()) {
        root.warn(
            "the backup of '"
                + cluster.project()
                + "' is not encrypted: encryptTo does not apply to before-upgrade");
      }
    }
  }

  private List<String> choose(BackupConfig read) throws UsageException {
    List<String> able =
        read.clusters().stream()
            .filter(SchedulerSetup::canBeBackedUp)
            .map(ClusterConfig::project)
            .toList();
    for (String project : projects) {
      if (!able.contains(project)) {
        throw new UsageException("project '" + project + "' has no endpoints in the configuration");
      }
    }
    if (able.isEmpty()) {
      throw new UsageException("no project of the configuration has endpoints");
    }
    return projects.isEmpty() ? able : projects;
  }

  private static ManualBackups await(Future<ManualBackups> answer) throws SourceException {
    try {
      return answer.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceException("interrupted; backups that were not stored yet were cancelled", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("backing up failed as a whole", e);
    }
  }

  private void print(ManualBackups made) {
    Output output = root.output();
    if (output.isJson()) {
      List<ProjectJson> rows = new ArrayList<>();
      made.stored()
          .forEach(
              (project, one) -> rows.add(new ProjectJson(project, one.key().toString(), null)));
      made.failed()
          .forEach((project, why) -> rows.add(new ProjectJson(project, null, message(why))));
      output.json(new UpgradeJson(made.complete(), rows));
    } else {
      made.stored().values().forEach(one -> output.line("stored " + one.key()));
      made.failed()
          .forEach((project, why) -> output.line("FAILED " + project + ": " + message(why)));
    }
  }

  private static String message(Throwable why) {
    return why.getMessage() == null ? why.toString() : why.getMessage();
  }

  private static int code(ManualBackups made) {
    if (made.complete()) {
      return ExitCode.DONE;
    }
    boolean source = made.failed().values().stream().anyMatch(SourceException.class::isInstance);
    return source ? ExitCode.SOURCE_FAILED : ExitCode.STORE_FAILED;
  }
}
