package dev.etcdbackup.cli;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;

/**
 * The command line before the name of a command, and the options that every command has. Picocli
 * reads options by reflection, which takes a tenth of a short command; so it is shown those that
 * the command line may name, and all where the help is asked for.
 */
@Command(
    name = "etcd-backup",
    description =
        "Takes, schedules, lists, verifies, prunes, downloads and restores backups of etcd.",
    scope = ScopeType.INHERIT,
    versionProvider = RootOptions.Version.class,
    addMethodSubcommands = false,
    abbreviateSynopsis = true,
    requiredOptionMarker = '*',
    sortOptions = false,
    usageHelpWidth = 100,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:a check failed, or nothing was found",
      "2:the command line or the configuration is wrong",
      "3:etcd failed",
      "4:the store failed, or the name is taken",
      "5:a backup is corrupt"
    })
final class RootOptions implements Callable<Integer> {
  private final List<String> arguments;
  private final CommandSpec spec;

  private RootOptions(List<String> arguments) {
    this.arguments = arguments;
    this.spec = CommandSpec.forAnnotatedObject(this);
  }

  /** Describes the root of the command line, without its commands. */
  static CommandSpec spec(EtcdBackupCommand root, List<String> arguments) {
    RootOptions described = new RootOptions(arguments);
    described.add("store", StoreOptions.NAMES, root.store);
    described.add("etcd", EtcdOptions.NAMES, root.etcd);
    described.add("encoding", EncodingOptions.NAMES, root.encoding);
    described.add("global", GlobalOptions.NAMES, root.global);
    return described.spec.mixinStandardHelpOptions(true); // as the last ones
  }

  private void add(String name, Set<String> options, Object values) {
    if (helpMayBeAsked() || arguments.stream().anyMatch(argument -> names(argument, options))) {
      spec.addMixin(name, CommandSpec.forAnnotatedObject(values));
    }
  }

  /** Also as one letter of several: {@code -lh}. */
  private boolean helpMayBeAsked() {
    return arguments.stream()
        .anyMatch(
            argument ->
                argument.equals("--help") || (isOfLetters(argument) && argument.indexOf('h') > 0));
  }

  /** {@code --NAME}, {@code --NAME=VALUE}, or letters with {@code -N} among them. */
  private static boolean names(String argument, Set<String> options) {
    int end = argument.indexOf('=');
    return options.contains(end < 0 ? argument : argument.substring(0, end))
        || (isOfLetters(argument)
            && options.stream()
                .anyMatch(name -> isOfLetters(name) && argument.indexOf(name.charAt(1)) > 0));
  }

  private static boolean isOfLetters(String argument) {
    return argument.startsWith("-") && !argument.startsWith("--");
  }

  @Override
  public Integer call() throws UsageException {
    throw new UsageException("no command; see 'etcd-backup --help'");
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    /** Whether the version is asked for, and nothing else. */
    static boolean isAskedFor(String... args) {
      return args.length == 1 && List.of("-V", "--version").contains(args[0]);
    }

    static String read() {
      String version = EtcdBackupCommand.class.getPackage().getImplementationVersion();
      return "etcd-backup " + (version == null ? "(not packaged)" : version);
    }

    @Override
    public String[] getVersion() {
      return new String[] {read()};
    }
  }
}
