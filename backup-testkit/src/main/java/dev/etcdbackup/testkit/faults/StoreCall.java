package dev.etcdbackup.testkit.faults;

import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One call of a faulty store, and the fault that is injected into it, if any. */
final class StoreCall {
  private final String what;
  private final @Nullable Fault fault;
  private long sent;

  StoreCall(String what, @Nullable Fault fault) {
    this.what = what;
    this.fault = fault;
  }

  void request() throws StoreException {
    request(new byte[0]);
  }

  /** Sends a body and returns the bytes that arrive. */
  byte[] request(byte[] body) throws StoreException {
    sent = body.length;
    FaultyTransfer transfer = new FaultyTransfer(fault != null && fault.inReply() ? null : fault);
    return pass(body, transfer, false);
  }

  /** Receives an empty answer. */
  void reply(boolean changedSomething) throws StoreException {
    if (fault != null && fault.kind() == Effect.Kind.LOSE_REPLY && sent >= fault.position()) {
      fault.fire();
      throw failure(fault.toString(), changedSomething);
    }
    pass(new byte[0], replyTransfer(), changedSomething);
  }

  FaultyTransfer replyTransfer() {
    return new FaultyTransfer(fault != null && fault.inReply() ? fault : null);
  }

  /** Returns a backup as this call reports it. */
  StoredBackup seen(StoredBackup backup) {
    if (fault == null) {
      return backup;
    }
    String version =
        switch (fault.kind()) {
          case WRONG_ETAG -> Effect.WRONG_ETAG;
          case EMPTY_ETAG -> "";
          default -> backup.version();
        };
    if (!version.equals(backup.version())) {
      fault.fire();
    }
    return new StoredBackup(backup.key(), backup.size(), backup.lastModified(), version);
  }

  boolean answers(int status) {
    return fault != null && fault.effect().status() == status;
  }

  StoreException failure(String why, boolean outcomeUnknown) {
    return new StoreException(what + " failed: injected fault " + why, null, outcomeUnknown);
  }

  private byte[] pass(byte[] body, FaultyTransfer transfer, boolean outcomeUnknown)
      throws StoreException {
    ByteArrayOutputStream arrived = new ByteArrayOutputStream(body.length);
    try {
      transfer.copy(new ByteArrayInputStream(body), arrived, body.length);
      transfer.injectIfSet();
    } catch (InjectedFaultException e) {
      throw failure(e.fault().toString(), outcomeUnknown);
    } catch (IOException e) {
      throw new IllegalStateException("bytes in memory cannot fail", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted: " + what, e, outcomeUnknown);
    }
    return arrived.toByteArray();
  }
}
