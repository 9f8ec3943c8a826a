package dev.etcdbackup.etcd;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.etcdbackup.SourceException;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One watch over all keys of a member, pulled: etcd sends no faster than the answers are taken.
 *
 * <p>etcd answers each put by itself. So that a thousand of them a second do not wake up the taker
 * a thousand times, answers are gathered: until they have {@value #FULL_BYTES} bytes, or for 100 ms
 * after the first one. No more are asked for while as many wait. etcd splits large answers into
 * fragments of the size of its largest request, 2 MiB by default, so at most twice that and twice
 * {@value #FULL_BYTES} bytes are in memory.
 */
final class WatchCall implements Closeable {
  private static final int FULL_BYTES = 256 << 10;
  private static final long GATHERING_NANOS = 100_000_000;

  /**
   * etcd makes fragments of nearly the largest request that it takes ({@code --max-request-bytes}),
   * and never splits an event. Objects of larger revisions could become too large to be read back.
   */
  private static final int MAX_MESSAGE_BYTES = 256 << 20;

  private static final int CREATE_FRAGMENT = 8; // fields that jetcd's classes do not have
  private static final int RESPONSE_FRAGMENT = 7;
  private static final ByteString FROM_FIRST_KEY = ByteString.copyFrom(new byte[1]);

  private final String name;
  private final ClientCall<WatchRequest, WatchResponse> call;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Queue<WatchResponse> gathered = new ArrayDeque<>(); // of the taker alone
  private final Queue<WatchResponse> answers = new ArrayDeque<>();
  private long waitingBytes; // of these answers
  private @Nullable Status end;

  private WatchCall(String name, ClientCall<WatchRequest, WatchResponse> call) {
    this.name = name;
    this.call = call;
  }

  /**
   * Begins to watch.
   *
   * @param from the first revision that is wanted
   * @throws io.grpc.StatusRuntimeException when the member cannot be connected to
   */
  static WatchCall begin(EtcdMember member, Duration timeout, long from) {
    CallOptions options =
        CallOptions.DEFAULT
            .withoutWaitForReady()
            .withMaxInboundMessageSize(MAX_MESSAGE_BYTES)
            .withExecutor(Runnable::run); // the listener only queues
    WatchCall watch =
        new WatchCall(
            member.name(), member.ready(timeout).newCall(WatchGrpc.getWatchMethod(), options));
    watch.start(from);
    return watch;
  }

  private void start(long from) {
    call.start(new Arrivals(), new Metadata());
    call.request(1);
    UnknownFieldSet fragments =
        UnknownFieldSet.newBuilder()
            .addField(CREATE_FRAGMENT, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    WatchCreateRequest create =
        WatchCreateRequest.newBuilder()
            .setKey(FROM_FIRST_KEY)
            .setRangeEnd(FROM_FIRST_KEY)
            .setStartRevision(from)
            .setUnknownFields(fragments)
            .build();
    call.sendMessage(WatchRequest.newBuilder().setCreateRequest(create).build());
  }

  /** Whether more events of the same revision may follow an answer. */
  static boolean isFragment(WatchResponse answer) {
    return answer.getUnknownFields().getField(RESPONSE_FRAGMENT).getVarintList().contains(1L);
  }

  /**
   * Waits for the next answer.
   *
   * @return null when there is none within that time
   * @throws SourceException when the watch has ended
   */
  @Nullable WatchResponse poll(Duration most) throws SourceException, InterruptedException {
    if (gathered.isEmpty() && gather(most)) {
      call.request(1);
    }
    return gathered.poll();
  }

  /**
   * Takes over the answers that wait.
   *
   * @return whether so many waited that no more were asked for
   */
  private boolean gather(Duration most) throws SourceException, InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = most.toNanos();
      while (answers.isEmpty() && end == null && left > 0) {
        left = arrived.awaitNanos(left);
      }
      left = GATHERING_NANOS;
      while (!answers.isEmpty() && !isFull() && end == null && left > 0) {
        left = arrived.awaitNanos(left);
      }
      if (answers.isEmpty() && end != null) {
        String why = end.isOk() ? "the member ended it" : EtcdStatus.explain(end, "it ended");
        throw new SourceException("watch of " + name + ": " + why, end.asException());
      }
      boolean full = isFull();
      gathered.addAll(answers);
      answers.clear();
      waitingBytes = 0;
      return full;
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    return waitingBytes >= FULL_BYTES;
  }

  /** Ends the watch. */
  @Override
  public void close() {
    call.cancel("closed", null);
  }

  /** gRPC's side: queues what comes, on gRPC's own thread. */
  private final class Arrivals extends ClientCall.Listener<WatchResponse> {
    @Override
    public void onMessage(WatchResponse answer) {
      boolean full;
      lock.lock();
      try {
        answers.add(answer);
        waitingBytes += answer.getSerializedSize();
        full = isFull();
        if (full || answers.size() == 1) {
          arrived.signalAll();
        }
      } finally {
        lock.unlock();
      }
      if (!full) {
        call.request(1); // costs nothing here, on gRPC's thread; from the taker's it is a wake-up
      }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      lock.lock();
      try {
        end = status;
        arrived.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
