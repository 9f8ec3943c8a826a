package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.cli.config.ConfigException;
import dev.etcdbackup.internal.FailureText;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Prints a failure as one line on standard error, and maps it to an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final EtcdBackupCommand root;
  private final PrintStream err;
  private final TerminalLine progress;

  /**
   * @param progress wiped before each message
   */
  Failures(EtcdBackupCommand root, PrintStream err, TerminalLine progress) {
    this.root = root;
    this.err = err;
    this.progress = progress;
  }

  /** Prints the message as one line, whatever it contains, and returns the code. */
  int report(String message, int code) {
    progress.wipe();
    err.println("etcd-backup: " + TerminalText.escape(message));
    return code;
  }

  /**
   * Says that there is no backup, and returns the code for that.
   *
   * @param project the project that was looked at, or {@code ""} for all
   */
  int reportNoBackup(String project) {
    return report(
        project.isEmpty()
            ? "there is no backup in the store"
            : "there is no backup of " + project + " in the store",
        ExitCode.NO);
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String message =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched(command, unmatched.getUnmatched())
            : refused(command, e);
    String help = command.getCommandSpec().qualifiedName() + " --help";
    return report(message + "; see '" + help + "'", ExitCode.USAGE);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    int code = code(e);
    if (code == ExitCode.INTERNAL) {
      return internal(e);
    }
    trace(e);
    return report(message(e), code);
  }

  /** Reports a failure that must not happen. */
  int internal(Throwable e) {
    trace(e);
    return report("internal error: " + e + "; --debug shows where", ExitCode.INTERNAL);
  }

  private void trace(Throwable e) {
    if (root.debug()) {
      progress.wipe();
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      trace.toString().replace("\t", "  ").lines().map(TerminalText::escape).forEach(err::println);
    }
  }

  private static int code(Exception e) {
    if (e instanceof BackupException failure) {
      return code(failure);
    }
    if (e instanceof UsageException || e instanceof ConfigException) {
      return ExitCode.USAGE;
    }
    return e instanceof IOException ? ExitCode.STORE_FAILED : ExitCode.INTERNAL;
  }

  private static int code(BackupException e) {
    if (e instanceof SourceException) {
      return ExitCode.SOURCE_FAILED;
    }
    if (e instanceof KeyUnavailableException) {
      return ExitCode.USAGE;
    }
    if (e instanceof BackupNotFoundException) {
      return ExitCode.NO;
    }
    if (e instanceof CorruptBackupException) {
      return ExitCode.CORRUPT;
    }
    return ExitCode.STORE_FAILED;
  }

  private static String message(Exception e) {
    boolean ours =
        e instanceof BackupException || e instanceof UsageException || e instanceof ConfigException;
    return OptionNames.in(ours ? String.valueOf(e.getMessage()) : FailureText.of(e));
  }

  /**
   * What follows an unknown option is read as a parameter of the command, and may be refused as one
   * before the option is; it may be a password, too.
   */
  private static String refused(CommandLine command, ParameterException e) {
    List<String> unmatched = command.getUnmatchedArguments();
    return !unmatched.isEmpty() && isOption(unmatched.get(0))
        ? unmatched(command, unmatched)
        : lowerCaseFirst(String.valueOf(e.getMessage()));
  }

  private static boolean isOption(String argument) {
    return argument.startsWith("-") && argument.length() > 1;
  }

  /** Names the first argument only, and not the value of an option, which may be a password. */
  private static String unmatched(CommandLine command, List<String> arguments) {
    String first = arguments.isEmpty() ? "" : arguments.get(0);
    if (isOption(first)) {
      return "unknown option '" + first.replaceFirst("=.*", "") + "'";
    }
    boolean isGroup = !command.getSubcommands().isEmpty();
    return (isGroup ? "unknown command '" : "unexpected argument '") + first + "'";
  }

  private static String lowerCaseFirst(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
  }
}
