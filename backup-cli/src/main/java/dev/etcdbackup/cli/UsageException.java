package dev.etcdbackup.cli;

/** The command line or the configuration is wrong. The message says what to change. */
final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
