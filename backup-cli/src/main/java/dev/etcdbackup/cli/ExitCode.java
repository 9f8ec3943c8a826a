package dev.etcdbackup.cli;

/** The exit codes of the process. */
final class ExitCode {
  static final int DONE = 0;
  static final int NO = 1;
  static final int USAGE = 2;
  static final int SOURCE_FAILED = 3;
  static final int STORE_FAILED = 4;
  static final int CORRUPT = 5;
  static final int INTERNAL = 70; // EX_SOFTWARE of sysexits.h: an internal error

  private ExitCode() {}
}
