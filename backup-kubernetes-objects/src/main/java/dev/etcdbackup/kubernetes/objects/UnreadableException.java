package dev.etcdbackup.kubernetes.objects;

/**
 * A value is not what an API server stores. Never leaves the package. Has no stack trace: a
 * snapshot can hold millions of such values. The message never has bytes of the value in it.
 */
final class UnreadableException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableException(String message) {
    super(message, null, false, false);
  }
}
