package dev.etcdbackup.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.etcdbackup.SourceException;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import io.etcd.jetcd.lease.LeaseGrantResponse;
import io.etcd.jetcd.lock.LockResponse;
import io.etcd.jetcd.options.GetOption;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** What is asked of the lock's etcd, over one jetcd client. No request outlives its time. */
final class LockClient implements Closeable {
  /** How long to wait for all answers together. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration TO_GIVE_BACK = Duration.ofSeconds(2);

  /** After what time to look whether somebody else has been given the lock. */
  private static final Duration TO_BE_GIVEN = Duration.ofMillis(100);

  private static final GetOption FIRST =
      GetOption.builder()
          .isPrefix(true)
          .withSortField(GetOption.SortTarget.CREATE)
          .withSortOrder(GetOption.SortOrder.ASCEND)
          .withLimit(1)
          .withKeysOnly(true)
          .build();

  private final Client client;
  private final String where;

  /** For whom there is the client: those who hold a lock, and those who ask for one. */
  int users; // guarded by the EtcdBackupLock

  private LockClient(Client client, String where) {
    this.client = client;
    this.where = where;
  }

  /**
   * A lock that was given.
   *
   * @param lease what it hangs on
   * @param key what tells that it is held
   * @param since the {@code System.nanoTime()} the lease was asked for: it began no earlier
   * @param ttl how long the lease lasts, as etcd decided
   */
  record Grant(long lease, ByteSequence key, long since, Duration ttl) {}

  /**
   * Makes the client; nothing but the look-up of host names goes over the network yet.
   *
   * @throws SourceException when the settings cannot be had or do not go with the endpoints
   */
  static LockClient connect(List<URI> endpoints, Supplier<ClientBuilder> template, Duration ttl)
      throws SourceException {
    Duration quarter = ttl.dividedBy(4); // so that a renewal can be tried at two more members
    Duration renewal = quarter.compareTo(PATIENCE) < 0 ? quarter : PATIENCE;
    ClientBuilder builder = EtcdMember.builder(endpoints, template, new Deadlines(renewal));
    try {
      Client client =
          builder
              .waitForReady(false)
              .retryChronoUnit(ChronoUnit.MILLIS)
              .retryDelay(100)
              .retryMaxDelay(1000)
              .retryMaxDuration(PATIENCE)
              .build();
      return new LockClient(client, "etcd at " + endpoints);
    } catch (RuntimeException e) {
      throw new SourceException(endpoints + ": no client: " + e.getMessage(), e);
    }
  }

  /** Takes a lock if nobody has it and nobody waits for it. */
  Optional<Grant> tryLock(String project, String name, Duration ttl) throws IOException {
    Answers answers = new Answers("no lock of " + project + " from " + where, PATIENCE);
    if (first(name, answers).isPresent()) {
      return Optional.empty();
    }
    long since = System.nanoTime();
    LeaseGrantResponse lease = answers.await(client.getLeaseClient().grant(ttl.toSeconds()));
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

  /** Waits for the lock as long as nobody else has it; empty when somebody was quicker. */
  private Optional<ByteSequence> lock(String name, long lease, Answers answers) throws IOException {
    CompletableFuture<LockResponse> given = client.getLockClient().lock(bytes(name), lease);
    while (!answers.isThereWithin(TO_BE_GIVEN, given)) {
      Optional<KeyValue> first = first(name, answers);
      if (first.isPresent() && first.get().getLease() != lease) {
        return Optional.empty();
      }
    }
    return Optional.of(answers.await(given).getKey());
  }

  /** The key of who holds the lock: of those in line the oldest. */
  private Optional<KeyValue> first(String name, Answers answers) throws IOException {
    return answers.await(client.getKVClient().get(bytes(name + "/"), FIRST)).getKvs().stream()
        .findFirst();
  }

  /**
   * Asks for a lease to be renewed.
   *
   * @return true when it was; false when there is no such lease; failed when nobody can tell
   */
  CompletableFuture<Boolean> renew(long lease) {
    try {
      return client
          .getLeaseClient()
          .keepAliveOnce(lease)
          .thenApply(renewed -> true)
          .exceptionallyCompose(
              failure ->
                  isGone(failure)
                      ? CompletableFuture.completedFuture(false)
                      : CompletableFuture.failedFuture(failure));
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Renews a lock's lease and sees whether its key is there.
   *
   * @throws IOException when nobody can tell within the time
   */
  boolean confirm(Grant grant, Duration patience) throws IOException {
    Answers answers = new Answers(where, patience);
    CompletableFuture<Boolean> renewed = renew(grant.lease());
    boolean there =
        answers.await(client.getKVClient().get(grant.key())).getKvs().stream()
            .anyMatch(key -> key.getLease() == grant.lease());
    return answers.await(renewed) && there;
  }

  /** Ends a lease, and with it the lock; if that fails it lapses by itself. */
  void giveBack(long lease) {
    CompletableFuture<?> answer = client.getLeaseClient().revoke(lease);
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
    client.close();
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, UTF_8);
  }

  private static boolean isGone(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof EtcdException e && e.getErrorCode() == ErrorCode.NOT_FOUND;
  }

  /** Waits for answers that all have to come within a time. */
  private static final class Answers {
    private final String what;
    private final Duration patience;
    private final long end;

    Answers(String what, Duration patience) {
      this.what = what;
      this.patience = patience;
      this.end = System.nanoTime() + patience.toNanos();
    }

    <T> T await(CompletableFuture<T> answer) throws IOException {
      try {
        return answer.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        throw interrupted();
      } catch (TimeoutException e) {
        throw new IOException(what + ": " + late(), e);
      } catch (ExecutionException e) {
        Status status = Status.fromThrowable(e.getCause());
        String why = EtcdStatus.explain(status, late(), "the user must read and write its keys");
        throw new IOException(what + ": " + why, e.getCause());
      }
    }

    /** Whether there is an answer, be it a failure, within a part of the time. */
    boolean isThereWithin(Duration part, CompletableFuture<?> answer) throws IOException {
      long left = Math.min(part.toNanos(), end - System.nanoTime());
      try {
        answer.get(left, TimeUnit.NANOSECONDS);
        return true;
      } catch (InterruptedException e) {
        throw interrupted();
      } catch (ExecutionException e) {
        return true;
      } catch (TimeoutException e) {
        return end - System.nanoTime() <= 0; // await() says so
      }
    }

    private IOException interrupted() {
      Thread.currentThread().interrupt();
      return new InterruptedIOException(what + ": interrupted");
    }

    private String late() {
      return "no answer within " + CallDeadlines.text(patience);
    }
  }

  /** A deadline for every call: jetcd has none, and cancels none. */
  private record Deadlines(Duration renewal) implements ClientInterceptor {
    @Override
    public <A, B> ClientCall<A, B> interceptCall(
        MethodDescriptor<A, B> method, CallOptions options, Channel next) {
      boolean renews = method.getType() == MethodDescriptor.MethodType.BIDI_STREAMING;
      Duration time = renews ? renewal : PATIENCE;
      return next.newCall(method, options.withDeadlineAfter(time.toNanos(), TimeUnit.NANOSECONDS));
    }
  }
}
