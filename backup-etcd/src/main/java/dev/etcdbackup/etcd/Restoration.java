package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.internal.Counted;
import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Brings batches of keys into a running cluster and counts what became of them. */
final class Restoration {
  private static final int ATTEMPTS = 10;

  private final LiveConnection etcd;
  private final LeaseGrants leases;
  private final LiveRestore.Mode mode;
  private final boolean dryRun;
  private long created;
  private long overwritten;
  private long unchanged;
  private long kept;
  private int unanswered; // keys of a request that was not answered: all are written, or none

  Restoration(LiveConnection etcd, LeaseGrants leases, LiveRestore.Mode mode, boolean dryRun) {
    this.etcd = etcd;
    this.leases = leases;
    this.mode = mode;
    this.dryRun = dryRun;
  }

  /** How a key is in the cluster. */
  private enum State {
    MISSING,
    SAME,
    OTHER
  }

  LiveRestoreReport report(long revision, List<String> lost) {
    return new LiveRestoreReport(
        revision,
        dryRun,
        created,
        overwritten,
        unchanged,
        kept,
        leases.granted(),
        leases.there(),
        lost);
  }

  /**
   * Brings a batch in, whole or not at all.
   *
   * @throws SourceException when etcd does not take it, with what to do
   */
  void take(List<RestoreBatch.Item> batch) throws SourceException {
    if (batch.isEmpty()) {
      return;
    }
    unanswered = 0;
    @Nullable List<State> before = null; // those of a write that may have been done
    try {
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        List<State> states = look(batch);
        if (bring(batch, states)) {
          count(before == null ? states : written(before, states));
          return;
        }
        before = etcd.wasRepeated() ? states : before;
      }
    } catch (StatusRuntimeException e) {
      throw new SourceException(RestoreRefusal.explain(etcd.explain(e), batch) + soFar(), e);
    }
    throw new SourceException(
        "keys of a batch changed or lost their lease "
            + ATTEMPTS
            + " times while they were restored: another client writes to them"
            + soFar());
  }

  private String soFar() {
    long done = created + overwritten;
    return dryRun
        ? ""
        : "; "
            + Counted.of(done, "key")
            + (done == 1 ? " was" : " were")
            + " written until then"
            + (unanswered == 0 ? "" : ", and perhaps " + unanswered + " more")
            + ", run it again to go on from there";
  }

  /** The states before a write whose answer was lost, where it turns out to have been done. */
  private List<State> written(List<State> before, List<State> after) {
    List<State> states = new ArrayList<>();
    for (int i = 0; i < after.size(); i++) {
      boolean done = after.get(i) == State.SAME && isToBeWritten(before.get(i));
      states.add(done ? before.get(i) : after.get(i));
    }
    return states;
  }

  private boolean isToBeWritten(State state) {
    return state == State.MISSING || (state == State.OTHER && mode == LiveRestore.Mode.OVERWRITE);
  }

  private boolean bring(List<RestoreBatch.Item> batch, List<State> states) throws SourceException {
    List<RestoreBatch.Item> toWrite = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      if (isToBeWritten(states.get(i))) {
        toWrite.add(batch.get(i));
        leases.require(batch.get(i).lease());
      }
    }
    return dryRun || toWrite.isEmpty() || write(toWrite);
  }

  private void count(List<State> states) {
    for (State state : states) {
      switch (state) {
        case MISSING -> created++;
        case SAME -> unchanged++;
        case OTHER -> {
          if (mode == LiveRestore.Mode.OVERWRITE) {
            overwritten++;
          } else {
            kept++;
          }
        }
      }
    }
  }

  /** Asks of each key whether it has the value; no value travels back. */
  private List<State> look(List<RestoreBatch.Item> batch) throws SourceException {
    TxnRequest.Builder request = TxnRequest.newBuilder();
    for (RestoreBatch.Item item : batch) {
      RequestOp key =
          RequestOp.newBuilder()
              .setRequestRange(RangeRequest.newBuilder().setKey(item.key()).setKeysOnly(true))
              .build();
      TxnRequest same =
          TxnRequest.newBuilder()
              .addCompare(
                  Compare.newBuilder()
                      .setKey(item.key())
                      .setTarget(Compare.CompareTarget.VALUE)
                      .setValue(item.value()))
              .addSuccess(key)
              .addFailure(key)
              .build();
      request.addSuccess(RequestOp.newBuilder().setRequestTxn(same));
    }
    TxnResponse answer = etcd.call(KVGrpc.getTxnMethod(), request.build());
    List<State> states = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      states.add(state(batch.get(i), answer.getResponses(i)));
    }
    return states;
  }

  private static State state(RestoreBatch.Item item, ResponseOp response) {
    TxnResponse answer = response.getResponseTxn();
    RangeResponse found = answer.getResponses(0).getResponseRange();
    if (found.getKvsCount() == 0) {
      return State.MISSING;
    }
    boolean same = answer.getSucceeded() && found.getKvs(0).getLease() == item.lease();
    return same ? State.SAME : State.OTHER;
  }

  /** Writes keys; false when one was created meanwhile, or a lease ran out: nothing was written. */
  private boolean write(List<RestoreBatch.Item> items) throws SourceException {
    TxnRequest.Builder request = TxnRequest.newBuilder();
    for (RestoreBatch.Item item : items) {
      if (mode == LiveRestore.Mode.CREATE) {
        request.addCompare(isMissing(item.key()));
      }
      request.addSuccess(
          RequestOp.newBuilder()
              .setRequestPut(
                  PutRequest.newBuilder()
                      .setKey(item.key())
                      .setValue(item.value())
                      .setLease(item.lease())));
    }
    try {
      unanswered = items.size();
      boolean done = etcd.call(KVGrpc.getTxnMethod(), request.build()).getSucceeded();
      unanswered = etcd.wasRepeated() ? unanswered : 0; // the first may have been served
      return done;
    } catch (StatusRuntimeException e) {
      unanswered = isAnswer(e.getStatus()) ? 0 : unanswered;
      if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
        throw e;
      }
      items.forEach(item -> leases.forget(item.lease())); // "requested lease not found"
      return false;
    }
  }

  private static boolean isAnswer(Status status) {
    return !LiveConnection.isOfThisMember(status) && status.getCode() != Status.Code.CANCELLED;
  }

  private static Compare isMissing(ByteString key) {
    return Compare.newBuilder()
        .setKey(key)
        .setTarget(Compare.CompareTarget.CREATE)
        .setCreateRevision(0)
        .build();
  }
}
