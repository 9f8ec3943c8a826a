package dev.etcdbackup.etcd;

/** A chain of recorded changes cannot be continued without a gap; a new base is needed. */
final class ChainEndedException extends Exception {
  private static final long serialVersionUID = 1L;

  ChainEndedException(String reason) {
    super(reason);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
