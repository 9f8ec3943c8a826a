package dev.etcdbackup.cli;

/** The command line asks for what cannot be done. The message says what to change. */
final class UsageException extends Exception {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }
}
