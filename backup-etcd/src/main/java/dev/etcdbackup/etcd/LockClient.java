package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import dev.etcdbackup.SourceException;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrantRequest;
import io.etcd.jetcd.api.LeaseGrantResponse;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.lock.LockGrpc;
import io.etcd.jetcd.api.lock.LockRequest;
import io.etcd.jetcd.api.lock.LockResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.Closeable;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The requests of a lock to its etcd. No request outlives its time. */
final class LockClient implements Closeable {
  /** How long a renewal or a confirmation waits for all answers together. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  /** The same when a lock is taken, once the client is connected. */
  private static final Duration TO_TAKE = Duration.ofSeconds(10);

  private static final Duration TO_GIVE_BACK = Duration.ofSeconds(2);

  /** How often to check whether another client was given the lock. */
  private static final Duration TO_BE_GIVEN = Duration.ofMillis(100);

  private final LockConnection etcd;
  private final EtcdConnection connection;
  private final Duration renewal;
  private final Duration toTake;
  private final Duration toConnect;
  private final Duration toProbe;
  private final String where;
  private volatile boolean probed;

  /** How many hold a lock through this client or ask for one. */
  int users; // guarded by the EtcdBackupLock

  private LockClient(LockConnection etcd, EtcdConnection connection, Duration renewal) {
    this.connection = connection;
    this.etcd = etcd;
    this.renewal = renewal;
    this.toProbe = connection.probeTimeout();
    this.toTake = shorter(toProbe, TO_TAKE);
    this.toConnect = shorter(toTake, connection.connectTimeout());
    this.where = connection.toString();
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * A lock that was given.
   *
   * @param lease the lease it is bound to
   * @param key the key that exists as long as it is held
   * @param since the {@code System.nanoTime()} at which the lease was asked for: it began no
   *     earlier
   * @param ttl how long the lease lasts, as etcd decided
   */
  record Grant(long lease, ByteString key, long since, Duration ttl) {}

  /**
   * Makes the client; nothing but the look-up of host names goes over the network yet.
   *
   * @throws SourceException when no host name resolves
   */
  static LockClient connect(EtcdConnection connection, Duration ttl) throws SourceException {
    Duration quarter = ttl.dividedBy(4); // so that a renewal can be tried at two more members
    return new LockClient(LockConnection.to(connection), connection, shorter(quarter, PATIENCE));
  }

  /** Takes a lock if no client has it or waits for it. */
  Optional<Grant> tryLock(String project, String name, Duration ttl)
      throws SourceException, InterruptedIOException {
    String what = "no lock of " + project + " from " + where;
    probe(what);
    Answers answers = new Answers(what, toTake);
    if (first(name, answers).isPresent()) {
      return Optional.empty();
    }
    long since = System.nanoTime();
    LeaseGrantResponse lease =
        answers.await(
            etcd.call(
                LeaseGrpc.getLeaseGrantMethod(),
                LeaseGrantRequest.newBuilder().setTTL(ttl.toSeconds()).build(),
                answers.left()));
    Optional<Grant> grant = Optional.empty();
    try {
      Duration granted = Duration.ofSeconds(lease.getTTL());
      grant =
          lock(name, lease.getID(), answers)
              .map(key -> new Grant(lease.getID(), key, since, granted));
      return grant;
    } finally {
      if (grant.isEmpty()) {
        giveBack(lease.getID());
      }
    }
  }

  private void probe(String what) throws SourceException, InterruptedIOException {
    if (probed) {
      return;
    }
    try {
      etcd.probe(toConnect, toProbe);
      probed = true;
    } catch (StatusRuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException(what + ": interrupted");
      }
      String late = EtcdStatus.NO_ANSWER + CallDeadlines.text(toProbe);
      String problem = EtcdStatus.explain(e.getStatus(), late);
      throw new SourceException(what + ": " + connection.withCertificateProblem(problem), e);
    } catch (SourceException e) {
      throw new SourceException(what + ": " + e.getMessage(), e);
    }
  }

  /** Waits for the lock as long as no other client has it; empty when another was quicker. */
  private Optional<ByteString> lock(String name, long lease, Answers answers)
      throws SourceException, InterruptedIOException {
    LockRequest request =
        LockRequest.newBuilder().setName(ByteString.copyFromUtf8(name)).setLease(lease).build();
    CompletableFuture<LockResponse> given =
        etcd.call(LockGrpc.getLockMethod(), request, answers.left());
    while (!answers.isThereWithin(TO_BE_GIVEN, given)) {
      Optional<KeyValue> first = first(name, answers);
      if (first.isPresent() && first.get().getLease() != lease) {
        return Optional.empty();
      }
    }
    return Optional.of(answers.await(given).getKey());
  }

  /** The key of the client that holds the lock: the oldest of those in line. */
  private Optional<KeyValue> first(String name, Answers answers)
      throws SourceException, InterruptedIOException {
    RangeRequest request =
        RangeRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(name + "/"))
            .setRangeEnd(ByteString.copyFromUtf8(name + "0")) // the byte after '/'
            .setSortTarget(RangeRequest.SortTarget.CREATE)
            .setSortOrder(RangeRequest.SortOrder.ASCEND)
            .setLimit(1)
            .setKeysOnly(true)
            .build();
    RangeResponse answer =
        answers.await(etcd.call(KVGrpc.getRangeMethod(), request, answers.left()));
    return answer.getKvsList().stream().findFirst();
  }

  /**
   * Asks for a lease to be renewed.
   *
   * @return true when it was; false when there is no such lease; failed when etcd does not answer
   */
  CompletableFuture<Boolean> renew(long lease) {
    return etcd.call(
            LeaseGrpc.getLeaseKeepAliveMethod(),
            LeaseKeepAliveRequest.newBuilder().setID(lease).build(),
            renewal)
        .thenApply(answer -> answer.getTTL() > 0); // etcd answers 0 for a lease that is gone
  }

  /**
   * Renews a lock's lease and checks that its key is there.
   *
   * @throws SourceException when etcd does not answer within the time
   */
  boolean confirm(Grant grant, Duration patience) throws SourceException, InterruptedIOException {
    Answers answers = new Answers(where, patience);
    CompletableFuture<Boolean> renewed = renew(grant.lease());
    RangeRequest request = RangeRequest.newBuilder().setKey(grant.key()).build();
    boolean there =
        answers
            .await(etcd.call(KVGrpc.getRangeMethod(), request, answers.left()))
            .getKvsList()
            .stream()
            .anyMatch(key -> key.getLease() == grant.lease());
    return answers.await(renewed) && there;
  }

  /** Ends a lease, and with it the lock; if that fails it lapses by itself. */
  void giveBack(long lease) {
    CompletableFuture<?> answer =
        etcd.call(
            LeaseGrpc.getLeaseRevokeMethod(),
            LeaseRevokeRequest.newBuilder().setID(lease).build(),
            TO_GIVE_BACK);
    try {
      answer.get(TO_GIVE_BACK.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      return; // it is gone already, or out of reach
    }
  }

  /** Ends all calls and the connection. */
  @Override
  public void close() {
    etcd.close();
  }

  /** Waits for answers that all have to come within a time. */
  private final class Answers {
    private final String what;
    private final Duration patience;
    private final long end;

    Answers(String what, Duration patience) {
      this.what = what;
      this.patience = patience;
      this.end = System.nanoTime() + patience.toNanos();
    }

    /** The time left, not less than nothing. */
    Duration left() {
      return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    <T> T await(CompletableFuture<T> answer) throws SourceException, InterruptedIOException {
      try {
        return answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        throw interrupted();
      } catch (TimeoutException e) {
        throw new SourceException(what + ": " + late(), e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof SourceException known) {
          throw new SourceException(what + ": " + known.getMessage(), known);
        }
        Status status = Status.fromThrowable(e.getCause());
        String why = EtcdStatus.explain(status, late(), "the user must read and write its keys");
        throw new SourceException(
            what + ": " + connection.withCertificateProblem(why), e.getCause());
      }
    }

    /** Whether there is an answer, be it a failure, within a part of the time. */
    boolean isThereWithin(Duration part, CompletableFuture<?> answer)
        throws InterruptedIOException {
      long left = Math.min(part.toNanos(), end - System.nanoTime());
      try {
        answer.get(left, TimeUnit.NANOSECONDS);
        return true;
      } catch (InterruptedException e) {
        throw interrupted();
      } catch (ExecutionException e) {
        return true;
      } catch (TimeoutException e) {
        return end - System.nanoTime() <= 0; // await() reports it
      }
    }

    private InterruptedIOException interrupted() {
      Thread.currentThread().interrupt();
      return new InterruptedIOException(what + ": interrupted");
    }

    private String late() {
      return EtcdStatus.NO_ANSWER + CallDeadlines.text(patience);
    }
  }
}
