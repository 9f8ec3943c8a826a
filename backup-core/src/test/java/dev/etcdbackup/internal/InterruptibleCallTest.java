package dev.etcdbackup.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InterruptibleCallTest {
  private final ExecutorService threads = Executors.newSingleThreadExecutor();
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  @AfterEach
  void stop() {
    release.countDown();
    threads.shutdownNow();
  }

  @Test
  void theResultOrTheFailureIsThatOfTheWork() throws Exception {
    assertThat(InterruptibleCall.start(threads, () -> "done").await()).isEqualTo("done");
    assertThat(InterruptibleCall.start(threads, () -> "done").await(Duration.ofSeconds(20)))
        .isEqualTo("done");
    IOException io = new IOException("broken");
    assertThatThrownBy(() -> InterruptibleCall.start(threads, () -> fail(io)).await()).isSameAs(io);
    RuntimeException bug = new IllegalStateException("a bug");
    assertThatThrownBy(
            () ->
                InterruptibleCall.start(
                        threads,
                        () -> {
                          throw bug;
                        })
                    .await(ChronoUnit.FOREVER.getDuration()))
        .isSameAs(bug);
  }

  @Test
  void theWaitEndsWithItsLimitAndTheWorkGoesOn() throws Exception {
    InterruptibleCall<String> call = InterruptibleCall.start(threads, this::blocked);
    assertThatThrownBy(() -> call.await(Duration.ofMillis(20)))
        .isInstanceOf(TimeoutException.class);
    release.countDown();
    assertThat(call.await()).isEqualTo("released");
  }

  @Test
  void anInterruptedCallerStopsWaiting() throws Exception {
    InterruptibleCall<String> call = InterruptibleCall.start(threads, this::blocked);
    Thread.currentThread().interrupt();
    assertThatThrownBy(call::await).isInstanceOf(InterruptedException.class);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    release.countDown();
    assertThat(call.await()).isEqualTo("released");
  }

  @Test
  void cancellingInterruptsTheWorkAndNothingAfterIt() throws Exception {
    InterruptibleCall<String> call = InterruptibleCall.start(threads, this::blocked);
    begun.await();
    call.cancel();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> call.awaitUninterruptibly(Duration.ofSeconds(20)))
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(
            InterruptibleCall.start(threads, () -> Thread.currentThread().isInterrupted()).await())
        .isFalse();
  }

  @Test
  void workThatIsCancelledBeforeItBeginsNeverBegins() throws Exception {
    InterruptibleCall<String> first = InterruptibleCall.start(threads, this::blocked);
    InterruptibleCall<String> second =
        InterruptibleCall.start(threads, () -> fail(new IOException("began")));
    second.cancel();
    release.countDown();
    assertThat(first.await()).isEqualTo("released");
    assertThatThrownBy(second::await).isInstanceOf(CancellationException.class);
  }

  @Test
  void aLateResultGoesToWhomeverTheCallerNamed() throws Exception {
    BlockingQueue<String> late = new ArrayBlockingQueue<>(2);
    InterruptibleCall<String> call = InterruptibleCall.start(threads, this::blocked);
    call.abandon(late::add);
    assertThat(late).isEmpty();
    release.countDown();
    assertThat(late.poll(20, TimeUnit.SECONDS)).isEqualTo("released");

    InterruptibleCall<String> done = InterruptibleCall.start(threads, () -> "done");
    done.await();
    done.abandon(late::add);
    assertThat(late).containsExactly("done");
  }

  @Test
  void aThreadOfItsOwnHasEndedAfterTheJoin() throws Exception {
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    InterruptibleCall<Boolean> call =
        InterruptibleCall.startThread(Thread::new, () -> thread.complete(Thread.currentThread()));
    assertThat(call.await()).isTrue();
    call.joinIfDone();
    assertThat(thread.get().isAlive()).isFalse();
  }

  @Test
  void aFutureOfAnotherLibraryIsAwaitedAlike() throws Exception {
    assertThat(
            InterruptibleCall.await(
                CompletableFuture.completedFuture("x"), ChronoUnit.FOREVER.getDuration()))
        .isEqualTo("x");
    assertThatThrownBy(
            () -> InterruptibleCall.await(new CompletableFuture<String>(), Duration.ofMillis(1)))
        .isInstanceOf(TimeoutException.class);
    UncheckedIOException failure = new UncheckedIOException(new IOException());
    assertThatThrownBy(
            () ->
                InterruptibleCall.await(
                    CompletableFuture.failedFuture(failure), Duration.ofSeconds(1)))
        .isSameAs(failure);
  }

  private String blocked() throws IOException {
    begun.countDown();
    try {
      release.await();
      return "released";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  private static String fail(IOException e) throws IOException {
    throw e;
  }
}
