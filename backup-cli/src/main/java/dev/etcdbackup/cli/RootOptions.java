package dev.etcdbackup.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;

/**
 * The command line before the name of a command, and the options that every command has. Picocli
 * reads annotations by reflection, which takes a fifth of a short command; so this one is described
 * without them, and picocli is shown those groups of options that the command line may name, and
 * all where the help is asked for.
 */
final class RootOptions implements Callable<Integer> {
  private static final int HELP_WIDTH = 100;

  private final List<String> arguments;
  private final CommandSpec spec;

  private RootOptions(List<String> arguments) {
    this.arguments = arguments;
    this.spec =
        CommandSpec.wrapWithoutInspection(this)
            .name("etcd-backup")
            .versionProvider(new Version())
            .scopeType(ScopeType.INHERIT);
    spec.usageMessage()
        .description(
            "Takes, schedules, lists, verifies, prunes, downloads and restores backups of etcd.")
        .abbreviateSynopsis(true)
        .requiredOptionMarker('*')
        .sortOptions(false)
        .width(HELP_WIDTH)
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exitCodes());
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0", "done");
    codes.put("1", "a check failed, or nothing was found");
    codes.put("2", "the command line or the configuration is wrong");
    codes.put("3", "etcd failed");
    codes.put("4", "the store failed, or the name is taken");
    codes.put("5", "a backup is corrupt");
    return codes;
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
