package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.catalogue.ForeignFormat;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.s3.AbandonedUpload;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.ForeignPrunePlan;
import dev.etcdbackup.service.ForeignPruning;
import dev.etcdbackup.service.PruneReport;
import dev.etcdbackup.service.PruneRequest;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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
        "Deletes the periodic backups and tarballs of a project that no --keep option"
            + " keeps, each series separately and never the newest. Prints a line for each:"
            + " keep or delete, its key, and why. In S3 it aborts the project's uploads too"
            + " that a killed process left more than 24 hours ago, a line for each: abort, the"
            + " key, and when it was begun.")
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
          "Do not verify the newest backup that is kept before others are deleted. Without"
              + " this option the command verifies it, and when it is bad ends with 5 and deletes"
              + " nothing.")
  private boolean noVerify;

  @Option(
      names = "--prune-foreign",
      paramLabel = "FORMAT",
      description =
          "Instead of this tool's backups, those that another tool wrote in this format, as 'list"
              + " --long' shows it. Give --dry-run first: it prints the code for --confirm.")
  private List<String> foreign = List.of();

  @Option(
      names = "--confirm",
      paramLabel = "CODE",
      description =
          "The code that the dry run of --prune-foreign printed. Another code, because the store has"
              + " changed since, deletes nothing.")
  private @Nullable String code;

  PruneCommand(EtcdBackupCommand root) {
    this.root = root;
  }

  /** A decision as {@code -o json} shows it. */
  record DecisionJson(String action, String key, String reason, @Nullable String refused) {}

  @Override
  public Integer call() throws UsageException, BackupException {
    RetentionPolicy policy = retention.policy();
    if (code != null && (foreign.isEmpty() || dryRun)) {
      throw new UsageException("--confirm goes with --prune-foreign, without --dry-run");
    }
    try (StoreOptions.OpenStore open = root.store.open(root.store.required())) {
      BackupService service = root.service(open.store());
      if (!foreign.isEmpty()) {
        return foreign(new ForeignPruning(service, open.store(), root.catalogue()), policy);
      }
      PruneReport report =
          dryRun
              ? new PruneReport(service.planPrune(project, policy), Set.of(), Map.of())
              : service.prune(request(policy));
      List<AbandonedUpload> swept = List.of();
      boolean failed = !report.refused().isEmpty();
      try {
        swept = open.sweep(project, dryRun);
      } catch (UnsupportedOperationException e) {
        root.failures().report("abandoned uploads were not searched: " + e.getMessage(), 0);
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

  private int foreign(ForeignPruning pruning, RetentionPolicy policy)
      throws UsageException, BackupException {
    Set<ForeignFormat> formats = new LinkedHashSet<>();
    for (String label : foreign) {
      formats.add(
          Catalogue.format(label)
              .orElseThrow(
                  () ->
                      new UsageException(
                          "--prune-foreign: '"
                              + label
                              + "' must be one of "
                              + Catalogue.formats().stream()
                                  .map(ForeignFormat::label)
                                  .collect(Collectors.joining(", ")))));
    }
    Instant now = root.clock().instant();
    ForeignPrunePlan plan = pruning.plan(project, formats, policy, now);
    if (dryRun) {
      print(new PruneReport(plan.decisions(), Set.of(), Map.of()), List.of());
      if (!plan.code().isEmpty()) {
        root.failures().report("to delete these, give --confirm " + plan.code(), 0);
      }
      return ExitCode.DONE;
    }
    if (!plan.code().isEmpty() && !plan.code().equals(code)) {
      throw new UsageException(
          code == null
              ? "--prune-foreign deletes nothing before a dry run; give --dry-run, and then the code"
                  + " that it prints to --confirm"
              : "--confirm: "
                  + code
                  + " is not the code of what would be deleted now; look at"
                  + " --dry-run again");
    }
    PruneReport report = pruning.prune(plan, noVerify);
    print(report, List.of());
    report
        .refused()
        .forEach((key, why) -> root.failures().report(key + " was not deleted: " + why, 0));
    return report.refused().isEmpty() ? ExitCode.DONE : ExitCode.STORE_FAILED;
  }

  private PruneRequest request(RetentionPolicy policy) {
    PruneRequest.Builder builder = PruneRequest.builder(project, policy);
    return noVerify ? builder.skipVerification().build() : builder.build();
  }

  private void print(PruneReport report, List<AbandonedUpload> swept) {
    Stream<DecisionJson> backups =
        (foreign.isEmpty() ? candidates(report.plan()) : report.plan().decisions().stream())
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
    List<DecisionJson> decisions = backups.toList();
    if (decisions.isEmpty()) { // no failure: a scheduled command may run before the first backup
      root.failures().report("there is no backup of " + project + " to prune", ExitCode.DONE);
    }
    List<DecisionJson> rows = Stream.concat(decisions.stream(), uploads).toList();
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
