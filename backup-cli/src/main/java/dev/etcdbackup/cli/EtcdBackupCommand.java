package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.changes.ChangesVerifier;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.cli.config.ClusterConfig;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.BackupServiceBuilder;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** {@code etcd-backup}: the command line, its global options, and the main method. */
@Command(
    name = "etcd-backup",
    description =
        "Takes, schedules, lists, verifies, prunes, downloads and restores backups of etcd.",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = EtcdBackupCommand.Version.class,
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
public final class EtcdBackupCommand implements Callable<Integer> {

  @Mixin final StoreOptions store = new StoreOptions();

  @Mixin final EtcdOptions etcd = new EtcdOptions();

  @Mixin final EncodingOptions encoding = new EncodingOptions();

  @Option(
      names = "--timeout",
      scope = ScopeType.INHERIT,
      paramLabel = "DURATION",
      description = "How long a backup may take: 90s, 10m, 1h. Default: 10m.")
  Duration timeout = ClusterConfig.DEFAULT_TIMEOUT;

  @Option(
      names = "--tarball-zone",
      scope = ScopeType.INHERIT,
      paramLabel = "ZONE",
      description =
          "The time zone of the times in the names of tarballs that are read: Europe/Zurich,"
              + " +01:00. New ones are always named in UTC. Default: tarballZone of the"
              + " configuration, else UTC.")
  private @Nullable ZoneId tarballZone;

  @Option(
      names = "--k3s-name",
      scope = ScopeType.INHERIT,
      converter = Converters.K3sName.class,
      paramLabel = "NAME",
      description =
          "Recognise snapshots of k3s and RKE2 that were named by --etcd-snapshot-name NAME or save"
              + " --name NAME. May be repeated.")
  private List<String> k3sNames = List.of();

  @Option(
      names = "--now",
      scope = ScopeType.INHERIT,
      paramLabel = "INSTANT",
      description = "The time to use instead of the clock, 2020-02-03T21:00:00Z. For tests.")
  private @Nullable Instant now;

  @Option(
      names = {"-o", "--output"},
      scope = ScopeType.INHERIT,
      paramLabel = "text|json",
      description = "The format of results. Default: text.")
  private Output.Format format = Output.Format.TEXT;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show stack traces of failures.")
  private boolean debug;

  private final Interruption interruption;
  private final PrintStream out;
  private final PrintStream err;
  private final TerminalLine progress;
  private final Failures failures;

  private EtcdBackupCommand(
      Interruption interruption, PrintStream out, PrintStream err, boolean terminal) {
    this.interruption = interruption;
    this.out = out;
    this.err = err;
    this.progress = new TerminalLine(err, terminal);
    this.failures = new Failures(this, err, progress);
  }

  /**
   * Runs one command and ends the process with its exit code.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    Logger.getLogger("").setLevel(Level.OFF); // gRPC's; the others are in simplelogger.properties
    // Events of Netty for the Flight Recorder: to load its classes takes a tenth of a small backup.
    if (System.getProperty("io.netty.jfr.enabled") == null) {
      System.setProperty("io.netty.jfr.enabled", "false");
    }
    Interruption interruption = Interruption.begin();
    int code = ExitCode.INTERNAL;
    try {
      boolean terminal = TerminalLine.isTerminal();
      code = run(interruption, System.out, System.err, terminal, Utf8Arguments.of(args));
    } catch (UsageException e) {
      System.err.println("etcd-backup: " + e.getMessage());
      code = ExitCode.USAGE;
    } finally {
      interruption.end(code);
    }
    System.exit(code);
  }

  /**
   * Runs one command; both streams get UTF-8 whatever the locale.
   *
   * @param terminal whether standard error is a terminal, where progress is shown
   */
  static int run(
      Interruption interruption,
      OutputStream stdout,
      OutputStream stderr,
      boolean terminal,
      String... args) {
    PrintStream out = new PrintStream(stdout, false, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(stderr, true, StandardCharsets.UTF_8);
    EtcdBackupCommand root = new EtcdBackupCommand(interruption, out, err, terminal);
    int code;
    if (HelpText.isAskedFor(args)) {
      out.print(HelpText.read());
      code = ExitCode.DONE;
    } else {
      code = root.run(args);
    }
    if (out.checkError()) {
      return root.failures.report("standard output cannot be written", ExitCode.STORE_FAILED);
    }
    return code;
  }

  private int run(String... args) {
    CommandLine commandLine = new CommandLine(this);
    Commands.add(commandLine, this, List.of(args));
    Converters.register(commandLine);
    commandLine
        .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
        .setOut(new PrintWriter(out, true, StandardCharsets.UTF_8))
        .setErr(new PrintWriter(err, true, StandardCharsets.UTF_8))
        .setExpandAtFiles(false)
        .setExecutionStrategy(new Execution())
        .setParameterExceptionHandler(failures)
        .setExecutionExceptionHandler(failures);
    try {
      return commandLine.execute(args);
    } catch (Error e) { // a missing class, for example; picocli handles only exceptions
      return failures.internal(e);
    }
  }

  /** Runs the command, unless it has no output in the format that was asked for. */
  private final class Execution implements IExecutionStrategy { // no lambda, see Converters
    @Override
    public int execute(ParseResult parsed) {
      List<CommandLine> commands = parsed.asCommandLineList();
      CommandLine last = commands.get(commands.size() - 1);
      if (format == Output.Format.YAML && !(last.getCommand() instanceof KubeGetCommand)) {
        throw new ParameterException(last, "'yaml' is a format of 'kube get' alone");
      }
      return new RunLast().execute(parsed);
    }
  }

  @Override
  public Integer call() throws UsageException {
    throw new UsageException("no command; see 'etcd-backup --help'");
  }

  boolean debug() {
    return debug;
  }

  InstantSource clock() {
    return now == null ? InstantSource.system() : InstantSource.fixed(now);
  }

  boolean hasFixedClock() {
    return now != null;
  }

  Interruption interruption() {
    return interruption;
  }

  Output output() {
    return new Output(out, format, progress);
  }

  Failures failures() {
    return failures;
  }

  /** Prints a warning on standard error. */
  void warn(String message) {
    progress.wipe();
    err.println("etcd-backup: warning: " + TerminalText.escape(message));
  }

  /** Warns of a part of a listing that is missing. */
  void warnIncomplete(IncompleteListingException e) {
    warn(String.valueOf(e.getMessage()));
  }

  /** Shows progress on standard error, if that is a terminal. */
  ProgressLine progress(String label) {
    return new ProgressLine(progress, label);
  }

  /** The zone of the names of tarballs: the option, else what the configuration says. */
  ZoneId tarballZone(BackupConfig config) {
    return tarballZone == null ? config.tarballZone() : tarballZone;
  }

  /** The zone of the names of tarballs where there is no configuration. */
  ZoneId tarballZone() {
    return tarballZone == null ? ZoneOffset.UTC : tarballZone;
  }

  /** The names of other tools, with their local times in the zone of the names of tarballs. */
  Catalogue catalogue() {
    return catalogue(tarballZone());
  }

  /** The same with the zone of a configuration. */
  Catalogue catalogue(ZoneId zone) {
    return Catalogue.inZone(zone).withK3sNames(k3sNames);
  }

  /** A service over a store, with the settings of the options. */
  BackupService service(BackupStore over) throws UsageException {
    return service(over, tarballZone()).build();
  }

  /** A service over a store that a configuration describes, for what moves no snapshot. */
  BackupService service(BackupStore over, BackupConfig config) throws UsageException {
    return service(over, tarballZone(config)).build();
  }

  private BackupServiceBuilder service(BackupStore over, ZoneId zone) throws UsageException {
    BackupEncodings encodings = encoding.reading();
    return BackupService.builder(over)
        .encodings(encodings)
        .verifier(
            new ChangesVerifier(
                encodings,
                new SnapshotBackupVerifier(encodings, OperandReader.temporaryDirectory())
                    .withUnpacking(encoding.unpacking())))
        .clock(clock())
        .tarballZone(zone)
        .timeout(timeout);
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = EtcdBackupCommand.class.getPackage().getImplementationVersion();
      return new String[] {"etcd-backup " + (version == null ? "(not packaged)" : version)};
    }
  }
}
