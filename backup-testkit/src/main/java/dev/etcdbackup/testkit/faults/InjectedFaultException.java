package dev.etcdbackup.testkit.faults;

import java.io.IOException;

/** A fault has struck so that nothing goes on here. */
final class InjectedFaultException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  InjectedFaultException(Fault fault) {
    super("struck by " + fault);
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }
}
