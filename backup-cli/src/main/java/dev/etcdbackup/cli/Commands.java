package dev.etcdbackup.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;

/** The commands of the tool, by the names of their annotations, in the order of the help. */
final class Commands {
  private static final Map<String, Function<EtcdBackupCommand, Callable<Integer>>> ALL = all();

  private Commands() {}

  private static Map<String, Function<EtcdBackupCommand, Callable<Integer>>> all() {
    Map<String, Function<EtcdBackupCommand, Callable<Integer>>> commands = new LinkedHashMap<>();
    commands.put("audit", AuditCommand::new);
    commands.put("check-store", CheckStoreCommand::new);
    commands.put("list", ListCommand::new);
    commands.put("latest", LatestCommand::new);
    commands.put("create", CreateCommand::new);
    commands.put("record", RecordCommand::new);
    commands.put("consolidate", ConsolidateCommand::new);
    commands.put("get", GetCommand::new);
    commands.put("status", StatusCommand::new);
    commands.put("verify", VerifyCommand::new);
    commands.put("keys", KeysCommand::new);
    commands.put("diff", DiffCommand::new);
    commands.put("inspect", InspectCommand::new);
    commands.put("usage", SpaceUsageCommand::new);
    commands.put("history", HistoryCommand::new);
    commands.put("kube", KubeCommand::new);
    commands.put("extract", ExtractCommand::new);
    commands.put("restore", RestoreCommand::new);
    commands.put("restore-live", RestoreLiveCommand::new);
    commands.put("drill", DrillCommand::new);
    commands.put("plan", PlanCommand::new);
    commands.put("prune", PruneCommand::new);
    commands.put("copy", CopyCommand::new);
    commands.put("mirror", MirrorCommand::new);
    commands.put("pin", PinCommand::new);
    commands.put("unpin", UnpinCommand::new);
    commands.put("note", NoteCommand::new);
    commands.put("mark-bad", MarkBadCommand::new);
    commands.put("recipients", RecipientsCommand::new);
    commands.put("rewrap", RewrapCommand::new);
    commands.put("coverage", CoverageCommand::new);
    commands.put("accept", AcceptCommand::new);
    commands.put("before-upgrade", BeforeUpgradeCommand::new);
    commands.put("run", RunCommand::new);
    return commands;
  }

  /**
   * Adds the commands whose names are among the arguments. Reading the annotations of all of them
   * would take longer than most commands do. All are added where none is named and where the help
   * comes before the first name, for the help lists them.
   */
  static void add(CommandLine commandLine, EtcdBackupCommand root, List<String> arguments) {
    boolean all = helpIsAsked(arguments) || ALL.keySet().stream().noneMatch(arguments::contains);
    ALL.forEach(
        (name, command) -> {
          if (all || arguments.contains(name)) {
            Callable<Integer> added = command.apply(root);
            CommandLine child = new CommandLine(added);
            commandLine.addSubcommand(name, child);
            if (added instanceof KubeCommand kube) {
              kube.addTo(child);
            }
          }
        });
  }

  private static boolean helpIsAsked(List<String> arguments) {
    return arguments.stream()
        .takeWhile(argument -> !ALL.containsKey(argument))
        .anyMatch(List.of("-h", "--help")::contains);
  }
}
