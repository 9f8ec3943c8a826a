package dev.etcdbackup.cli;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupExistsException;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.cli.config.ConfigException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells of a failure in one line on standard error, and turns it into an exit code. */
final class Failures implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final EtcdBackup root;
  private final PrintStream err;

  Failures(EtcdBackup root, PrintStream err) {
    this.root = root;
    this.err = err;
  }

  /** Prints the line, whatever is in the message, and hands the code through. */
  int report(String message, int code) {
    err.println("etcd-backup: " + TerminalText.escape(message));
    return code;
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    String message =
        e instanceof UnmatchedArgumentException unmatched
            ? unmatched(command, unmatched)
            : lowerCaseFirst(e.getMessage());
    String help = command.getCommandSpec().qualifiedName() + " --help";
    return report(message + "; see '" + help + "'", ExitCode.USAGE);
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    if (root.debug()) {
      e.printStackTrace(err);
    }
    int code = code(e);
    return report(code == ExitCode.INTERNAL ? internal(e) : message(e), code);
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
    if (e instanceof BackupNotFoundException) {
      return ExitCode.NO;
    }
    if (e instanceof CorruptBackupException) {
      return ExitCode.CORRUPT;
    }
    return ExitCode.STORE_FAILED;
  }
}
