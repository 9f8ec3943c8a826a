package dev.etcdbackup.etcd;

import dev.etcdbackup.SourceException;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A lasting connection to one address of a cluster at a time, for requests that wait for each other
 * no more than necessary. A request that an address does not answer is repeated at the next one
 * until its time is over, so requests must be such as can be made twice. Thread-safe.
 */
final class LockConnection implements Closeable {
  /** Between two tries; all addresses may refuse at once. */
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final EtcdConnection connection;
  private final List<EtcdConnection.Address> addresses;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          16, 16, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), LockConnection::newThread);
  private int at; // guarded by this
  private @Nullable EtcdMember member; // guarded by this
  private boolean closed; // guarded by this

  private LockConnection(EtcdConnection connection, List<EtcdConnection.Address> addresses) {
    this.connection = connection;
    this.addresses = addresses;
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Looks the endpoints up, and connects to nothing yet.
   *
   * @throws SourceException when no host name resolves
   */
  static LockConnection to(EtcdConnection connection) throws SourceException {
    return new LockConnection(connection, LiveConnection.all(connection));
  }

  /**
   * Connects and asks a member for its status, which needs no quorum: in a small container the
   * classes of the first request take many seconds to load, and that time is not the lock's.
   *
   * @param connect how long connecting may take, and then logging in
   * @param answer how long the answer may take
   * @throws StatusRuntimeException when the only address does not answer in time, or the thread was
   *     interrupted; whatever else fails is left to the requests that follow
   */
  void probe(Duration connect, Duration answer) throws SourceException {
    EtcdMember asked = current();
    try {
      asked.connect(connect);
      asked.status(answer);
    } catch (StatusRuntimeException e) {
      Status.Code code = e.getStatus().getCode();
      if (code == Status.Code.CANCELLED
          || (code == Status.Code.DEADLINE_EXCEEDED && addresses.size() == 1)) {
        throw e;
      }
      dropped(asked);
    } catch (LinkageError e) {
      throw GrpcLibraries.failure(e);
    }
  }

  /**
   * Makes a request that has one answer; of a stream the first one counts.
   *
   * @param timeout after which the result has failed, whatever address was asked last; a twentieth
   *     earlier, so that the caller, who waits as long, gets the reason
   */
  <A, B> CompletableFuture<B> call(MethodDescriptor<A, B> method, A request, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos() / 20 * 19;
    Request<A, B> made = new Request<>(method, request, end);
    made.attempt();
    return made.result;
  }

  /** One request, made again at the next address until a member answers or its time is over. */
  private final class Request<A, B> {
    private final MethodDescriptor<A, B> method;
    private final A request;
    private final long end;
    private final CompletableFuture<B> result = new CompletableFuture<>();

    /** Why an address could not be asked: says more than that the next one did not answer. */
    private @Nullable Throwable reason;

    Request(MethodDescriptor<A, B> method, A request, long end) {
      this.method = method;
      this.request = request;
      this.end = end;
    }

    void attempt() {
      threads.execute(
          () -> {
            @Nullable EtcdMember asked = null;
            try {
              asked = current();
              long half = Math.max(1, (end - System.nanoTime()) / 2); // the rest is for the next
              Channel channel = asked.ready(Duration.ofNanos(half));
              EtcdMember sentTo = asked;
              CompletableFuture<?> unused =
                  send(channel, method, request, end)
                      .whenComplete(
                          (answer, failure) -> {
                            if (failure == null) {
                              result.complete(answer);
                            } else {
                              again(sentTo, failure);
                            }
                          });
            } catch (StatusRuntimeException e) {
              again(asked, e);
            } catch (SourceException | RuntimeException e) {
              result.completeExceptionally(e);
            } catch (LinkageError e) {
              result.completeExceptionally(GrpcLibraries.failure(e));
            }
          });
    }

    private void again(@Nullable EtcdMember failed, Throwable failure) {
      Status status = Status.fromThrowable(failure);
      if (!LiveConnection.isOfThisMember(status)) {
        result.completeExceptionally(failure);
        return;
      }
      dropped(failed);
      if (status.getCode() != Status.Code.DEADLINE_EXCEEDED) {
        reason = failure;
      }
      if (end - System.nanoTime() > PAUSE.toNanos()) {
        CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS, threads)
            .execute(this::attempt);
      } else {
        result.completeExceptionally(
            reason != null ? reason : Status.DEADLINE_EXCEEDED.asException());
      }
    }
  }

  private synchronized EtcdMember current() throws SourceException {
    if (closed) {
      throw new SourceException("the connection was closed", null);
    }
    if (member == null) {
      member = EtcdMember.of(connection, addresses.get(at));
    }
    return member;
  }

  /** The next request goes to the next address, unless another request saw to that already. */
  private synchronized void dropped(@Nullable EtcdMember failed) {
    if (failed != null && member == failed) {
      failed.close();
      member = null;
      at = (at + 1) % addresses.size();
    }
  }

  private static <A, B> CompletableFuture<B> send(
      Channel channel, MethodDescriptor<A, B> method, A request, long end) {
    CallOptions options =
        CallOptions.DEFAULT.withDeadlineAfter(
            Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    FirstAnswer<B> answer = new FirstAnswer<>();
    if (method.getType() == MethodDescriptor.MethodType.BIDI_STREAMING) {
      StreamObserver<A> requests =
          ClientCalls.asyncBidiStreamingCall(channel.newCall(method, options), answer);
      requests.onNext(request);
      // The stream is closed when the answer is there: etcd ends it without one otherwise.
      CompletableFuture<?> unused =
          answer.whenComplete((value, failure) -> close(requests, failure));
    } else {
      ClientCalls.asyncUnaryCall(channel.newCall(method, options), request, answer);
    }
    return answer;
  }

  private static void close(StreamObserver<?> requests, @Nullable Throwable failure) {
    if (failure == null) {
      requests.onCompleted();
    }
  }

  /** Ends all requests and the connection. */
  @Override
  public synchronized void close() {
    closed = true;
    if (member != null) {
      member.close();
      member = null;
    }
    threads.shutdownNow();
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "etcd-backup-lock-request");
    thread.setDaemon(true);
    return thread;
  }

  /** The first value of a call. */
  private static final class FirstAnswer<T> extends CompletableFuture<T>
      implements StreamObserver<T> {
    @Override
    public void onNext(T value) {
      complete(value);
    }

    @Override
    public void onError(Throwable t) {
      completeExceptionally(t);
    }

    @Override
    public void onCompleted() {
      completeExceptionally(
          Status.UNAVAILABLE.withDescription("the call ended without an answer").asException());
    }
  }
}
