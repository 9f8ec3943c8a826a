package dev.etcdbackup.testkit.faults;

import java.io.IOException;

/** Reports that an injected fault ended the transfer. */
final class InjectedFaultException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  InjectedFaultException(Fault fault) {
    super("injected fault: " + fault);
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }
}
