package dev.etcdbackup.cli;

import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.IncompleteListingException;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.changes.ChangesVerifier;
import dev.etcdbackup.cli.config.BackupConfig;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.service.BackupServiceBuilder;
import dev.etcdbackup.snapshot.SnapshotBackupVerifier;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code etcd-backup}: the main method, and what all commands share. */
public final class EtcdBackupCommand {

  final StoreOptions store = new StoreOptions();

  final EtcdOptions etcd = new EtcdOptions();

  final EncodingOptions encoding = new EncodingOptions();

  final GlobalOptions global = new GlobalOptions();

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
    SilentLogging.choose();
    // Events of Netty for the Flight Recorder: to load its classes takes a tenth of a small backup.
    if (System.getProperty("io.netty.jfr.enabled") == null) {
      System.setProperty("io.netty.jfr.enabled", "false");
    }
    Interruption interruption = Interruption.begin();
    int code = ExitCode.INTERNAL;
    boolean ending = false;
    try {
      boolean terminal = TerminalLine.isTerminal();
      code = run(interruption, new StandardOutput(), System.err, terminal, Utf8Arguments.of(args));
    } catch (UsageException e) {
      System.err.println("etcd-backup: " + e.getMessage());
      code = ExitCode.USAGE;
    } finally {
      ending = interruption.end(code);
    }
    if (!ending) {
      System.exit(code);
    }
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
    } else if (RootOptions.Version.isAskedFor(args)) {
      out.print(RootOptions.Version.read() + System.lineSeparator());
      code = ExitCode.DONE;
    } else {
      code = root.run(args);
    }
    if (out.checkError()) {
      if (stdout instanceof StandardOutput own && own.isReaderGone()) {
        return ExitCode.STORE_FAILED; // without a word, as other programs end then
      }
      return root.failures.report("standard output cannot be written", ExitCode.STORE_FAILED);
    }
    return code;
  }

  private int run(String... args) {
    List<String> arguments = List.of(args);
    CommandLine commandLine = new CommandLine(RootOptions.spec(this, arguments));
    Commands.add(commandLine, this, arguments);
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

  /**
   * Runs the command, unless it has no output in the format that was asked for. An unknown command
   * is refused beside {@code --help} too, where picocli accepts any argument.
   */
  private final class Execution implements IExecutionStrategy { // no lambda, see Converters
    @Override
    public int execute(ParseResult parsed) {
      List<CommandLine> commands = parsed.asCommandLineList();
      CommandLine last = commands.get(commands.size() - 1);
      List<String> unmatched = last.getUnmatchedArguments();
      if (!last.getSubcommands().isEmpty()
          && unmatched.stream().anyMatch(argument -> !argument.startsWith("-"))) {
        throw new UnmatchedArgumentException(last, unmatched);
      }
      if (global.format == Output.Format.YAML && !(last.getCommand() instanceof KubeGetCommand)) {
        throw new ParameterException(last, "'yaml' is a format of 'kube get' alone");
      }
      return new RunLast().execute(parsed);
    }
  }

  /** How long a backup may take. */
  Duration timeout() {
    return global.timeout;
  }

  boolean debug() {
    return global.debug;
  }

  InstantSource clock() {
    return global.now == null ? InstantSource.system() : InstantSource.fixed(global.now);
  }

  boolean hasFixedClock() {
    return global.now != null;
  }

  Interruption interruption() {
    return interruption;
  }

  Output output() {
    return new Output(out, global.format, progress);
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
    return global.tarballZone == null ? config.tarballZone() : global.tarballZone;
  }

  /** The zone of the names of tarballs where there is no configuration. */
  ZoneId tarballZone() {
    return global.tarballZone == null ? ZoneOffset.UTC : global.tarballZone;
  }

  /** The names of other tools, with their local times in the zone of the names of tarballs. */
  Catalogue catalogue() {
    return catalogue(tarballZone());
  }

  /** The same with the zone of a configuration. */
  Catalogue catalogue(ZoneId zone) {
    return Catalogue.inZone(zone).withK3sNames(global.k3sNames);
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
        .timeout(global.timeout);
  }
}
