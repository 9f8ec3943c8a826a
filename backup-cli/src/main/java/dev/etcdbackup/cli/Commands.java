package dev.etcdbackup.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/** The commands of the tool, by the names of their annotations. */
final class Commands {
  /** In the order of the help. */
  static final List<String> NAMES =
      List.of(
          "audit",
          "check-store",
          "list",
          "latest",
          "create",
          "record",
          "consolidate",
          "get",
          "status",
          "verify",
          "keys",
          "hashkv",
          "diff",
          "inspect",
          "usage",
          "history",
          "kube",
          "extract",
          "restore",
          "restore-live",
          "drill",
          "plan",
          "prune",
          "copy",
          "mirror",
          "pin",
          "unpin",
          "note",
          "mark-bad",
          "recipients",
          "rewrap",
          "coverage",
          "accept",
          "before-upgrade",
          "run");

  private Commands() {}

  /**
   * Adds the commands whose names are among the arguments. Loading the classes of all of them and
   * reading their options would take longer than most commands do. Where none is named, the list of
   * the help needs no more than what each is for. All are added where the help is asked for before
   * the first name.
   */
  static void add(CommandLine commandLine, EtcdBackupCommand root, List<String> arguments) {
    boolean all = helpIsAsked(arguments);
    boolean none = NAMES.stream().noneMatch(arguments::contains);
    for (String name : NAMES) {
      if (none) {
        commandLine.addSubcommand(name, summary(create(name, root)));
      } else if (all || arguments.contains(name)) {
        Callable<Integer> command = create(name, root);
        CommandLine added = new CommandLine(command);
        commandLine.addSubcommand(name, added);
        if (command instanceof KubeCommand kube) {
          kube.addTo(added);
        }
      }
    }
  }

  /** What the list of commands shows of one, without its options. */
  private static CommandSpec summary(Callable<Integer> command) {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage().description(command.getClass().getAnnotation(Command.class).description());
    return spec;
  }

  private static boolean helpIsAsked(List<String> arguments) {
    return arguments.stream()
        .takeWhile(argument -> !NAMES.contains(argument))
        .anyMatch(List.of("-h", "--help")::contains);
  }

  private static Callable<Integer> create(String name, EtcdBackupCommand root) {
    return switch (name) {
      case "audit" -> new AuditCommand(root);
      case "check-store" -> new CheckStoreCommand(root);
      case "list" -> new ListCommand(root);
      case "latest" -> new LatestCommand(root);
      case "create" -> new CreateCommand(root);
      case "record" -> new RecordCommand(root);
      case "consolidate" -> new ConsolidateCommand(root);
      case "get" -> new GetCommand(root);
      case "status" -> new StatusCommand(root);
      case "verify" -> new VerifyCommand(root);
      case "keys" -> new KeysCommand(root);
      case "hashkv" -> new HashKvCommand(root);
      case "diff" -> new DiffCommand(root);
      case "inspect" -> new InspectCommand(root);
      case "usage" -> new SpaceUsageCommand(root);
      case "history" -> new HistoryCommand(root);
      case "kube" -> new KubeCommand(root);
      case "extract" -> new ExtractCommand(root);
      case "restore" -> new RestoreCommand(root);
      case "restore-live" -> new RestoreLiveCommand(root);
      case "drill" -> new DrillCommand(root);
      case "plan" -> new PlanCommand(root);
      case "prune" -> new PruneCommand(root);
      case "copy" -> new CopyCommand(root);
      case "mirror" -> new MirrorCommand(root);
      case "pin" -> new PinCommand(root);
      case "unpin" -> new UnpinCommand(root);
      case "note" -> new NoteCommand(root);
      case "mark-bad" -> new MarkBadCommand(root);
      case "recipients" -> new RecipientsCommand(root);
      case "rewrap" -> new RewrapCommand(root);
      case "coverage" -> new CoverageCommand(root);
      case "accept" -> new AcceptCommand(root);
      case "before-upgrade" -> new BeforeUpgradeCommand(root);
      case "run" -> new RunCommand(root);
      default -> throw new IllegalArgumentException(name + " is no command");
    };
  }
}
