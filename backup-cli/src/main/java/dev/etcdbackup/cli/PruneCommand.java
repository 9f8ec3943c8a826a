package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.s3.AbandonedUpload;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.PruneReport;
import dev.etcdbackup.service.PruneRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code prune}. */
@Command(
    name = "prune",
    description =
        "Deletes the periodic backups and tarballs of a project that no --keep option keeps, each"
            + " series by itself and never the newest. Prints a line for each: keep or delete, its"
            + " key, and why. In S3 it aborts the project's uploads too that a killed process left"
            + " more than 24 hours ago, a line for each: abort, the key, and when it was begun.")
final class PruneCommand implements Callable<Integer> {
  private final EtcdBackupCommand root;

  @Parameters(
      converter = Converters.Project.class,
      paramLabel = "PROJECT",
      description = "The project.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String project;

  @Mixin private final RetentionOptions retention = new RetentionOptions();

  @Option(names = "--dry-run", description = "Show what would be done and delete nothing.")
  private boolean dryRun;

  @Option(
      names = "--no-verify",
      description =
          "Do not read the newest backup that is kept before others are deleted. Without this, a"
              + " bad one stops the command with 5 and nothing is deleted.")
  private boolean noVerify;

  PruneCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A decision as {@code -o json} shows it. */
  record DecisionJson(String action, String key, String reason, @Nullable String refused) {}

  @Override
  public Integer call() throws UsageException, BackupException {
    RetentionPolicy policy = retention.policy();
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      BackupService service = root.service(open.store());
      PruneReport report =
          dryRun
              ? new PruneReport(service.planPrune(project, policy), Set.of(), Map.of())
              : service.prune(request(policy));
      List<AbandonedUpload> swept = List.of();
      boolean failed = !report.refused().isEmpty();
      try {
        swept = open.sweep(project, dryRun);
      } catch (UnsupportedOperationException e) {
        root.failures().report("not looked for: abandoned uploads; " + e.getMessage(), 0);
      } catch (BackupException e) {
        root.failures().report("not all abandoned uploads were aborted: " + e.getMessage(), 0);
        failed = true;
      }
      print(report, swept);
      report
          .refused()
          .forEach((key, why) -> root.failures().report(key + " was not deleted: " + why, 0));
      return failed ? ExitCode.STORE_FAILED : ExitCode.DONE;
    }
  }

  private PruneRequest request(RetentionPolicy policy) {
    PruneRequest.Builder builder = PruneRequest.builder(project, policy);
    return noVerify ? builder.skipVerification().build() : builder.build();
  }

  private void print(PruneReport report, List<AbandonedUpload> swept) {
    Stream<DecisionJson> backups =
        candidates(report.plan())
            .map(
                one ->
                    new DecisionJson(
                        one.keep() ? "keep" : "delete",
                        one.backup().key().toString(),
                        one.reason(),
                        report.refused().get(one.backup().key())));
    Stream<DecisionJson> uploads =
        swept.stream()
            .map(
                one ->
                    new DecisionJson(
                        "abort", one.key().toString(), "upload begun " + one.begun(), null));
    List<DecisionJson> rows = Stream.concat(backups, uploads).toList();
    Output output = root.output();
    if (output.isJson()) {
      output.json(rows);
    } else {
      rows.forEach(row -> output.line(row.action() + " " + row.key() + " " + row.reason()));
    }
  }

  /** Other backups are never candidates, and there may be many. */
  private static Stream<Decision> candidates(RetentionPlan plan) {
    return plan.decisions().stream().filter(one -> one.backup().kind().hasSeries() || !one.keep());
  }
}
