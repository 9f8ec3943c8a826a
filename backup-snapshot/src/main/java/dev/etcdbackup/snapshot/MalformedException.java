package dev.etcdbackup.snapshot;

/**
 * A key or value is not what its bucket requires. It is thrown within this package only. Has no
 * stack trace: a damaged file can hold millions.
 */
final class MalformedException extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedException(String message) {
    super(message, null, false, false);
  }
}
