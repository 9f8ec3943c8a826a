package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.Content;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.HttpFaultProxy.Fault;
import dev.etcdbackup.s3.HttpFaultProxy.Rule;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of calls, interrupted or not, when the server says nothing any more. */
abstract class S3SilenceBehaviour extends BehindFaultProxy {
  @Test
  void aPartThatStallsEndsByTheDeadline() throws Exception {
    Rule stalled = proxy.on("PUT", "partNumber=2", Fault.STALL, ALWAYS);
    S3BackupStore impatient = store(Duration.ofSeconds(4));
    long start = System.nanoTime();
    assertThatThrownBy(() -> impatient.put(KEY, Content.of(new ByteArrayInputStream(LARGE))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("UploadPart")
        .hasMessageContaining("no answer within 4.0 s")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(secondsSince(start)).isGreaterThan(3.9);
    assertThat(stalled.fired()).isPositive();
    await(() -> bucket.uploads().isEmpty());
  }

  @Test
  void aStalledCommitHasAnUnknownOutcome() {
    Rule stalled = proxy.on("PUT", "", Fault.STALL, ALWAYS);
    S3BackupStore impatient = store(Duration.ofSeconds(3));
    assertThatThrownBy(() -> impatient.put(KEY, CommitRequest.PUT_OBJECT.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("no answer within 3.0 s")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isTrue());
    assertThat(stalled.fired()).isEqualTo(1);
  }

  @Test
  void anInterruptEndsAPutInTheMiddleOfAStalledPart() throws Exception {
    Rule stalled = proxy.on("PUT", "partNumber=", Fault.STALL, ALWAYS);
    assertInterruptible(
        () -> store.put(KEY, Content.of(new ByteArrayInputStream(LARGE))),
        () -> stalled.fired() == 2,
        false);
    await(() -> bucket.uploads().isEmpty());
    assertThat(bucket.keys()).isEmpty();
  }

  @Test
  void anUploadIsAbortedAgainWhenItsLastPartHasEnded() throws Exception {
    Rule delayed = proxy.on("PUT", "partNumber=2", Fault.DELAY, 1);
    Rule aborts = proxy.on("DELETE", "uploadId=", Fault.NONE, ALWAYS);
    assertInterruptible(
        () -> store.put(KEY, Content.of(new ByteArrayInputStream(LARGE))),
        () -> delayed.fired() == 1,
        false);
    await(() -> aborts.fired() == 1);
    proxy.release();
    await(() -> aborts.fired() == 2);
    assertThat(bucket.uploads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptInTheMiddleOfACommitLeavesTheOutcomeUnknown(CommitRequest commit)
      throws Exception {
    Rule stalled = proxy.on(commit.method, commit.inLine, Fault.STALL, ALWAYS);
    assertInterruptible(() -> store.put(KEY, commit.content()), () -> stalled.fired() == 1, true);
  }

  @Test
  void anUploadBegunForACallerWhoLeftIsAborted() throws Exception {
    // The request to begin is answered late: only when the interrupted put is long over.
    Rule begun = proxy.on("POST", "?uploads", Fault.DELAY, 1);
    assertInterruptible(
        () -> store.put(KEY, Content.of(new ByteArrayInputStream(LARGE))),
        () -> begun.fired() == 1,
        false);
    proxy.release();
    await(() -> begun.passed() == 1);
    await(() -> bucket.uploads().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"find", "list", "delete", "open"})
  void anInterruptEndsAnyCallOfASilentServer(String call) throws Exception {
    StoredBackup stored = bucketStore().put(KEY, CommitRequest.PUT_OBJECT.content());
    Callable<?> action =
        switch (call) {
          case "find" -> () -> store.find(KEY);
          case "list" -> () -> store.list("p");
          case "delete" -> () -> store.delete(List.of(KEY));
          default -> () -> store.open(stored, 0, stored.size());
        };
    String method =
        switch (call) {
          case "find" -> "HEAD";
          case "delete" -> "POST";
          default -> "GET";
        };
    Rule stalled = proxy.on(method, "", Fault.STALL, ALWAYS);
    assertInterruptible(action, () -> stalled.fired() == 1, call.equals("delete"));
  }

  @Test
  void anInterruptEndsAReadOfASilentServer() throws Exception {
    StoredBackup stored = bucketStore().put(KEY, CommitRequest.COMPLETE.content());
    proxy.on("GET", "", Fault.STALL_REPLY, 1);
    CompletableFuture<Boolean> reading = new CompletableFuture<>();
    assertInterruptible(
        () -> {
          try (InputStream in = store.open(stored, 0, stored.size())) {
            reading.complete(true);
            return in.readAllBytes();
          }
        },
        reading::isDone,
        false);
  }

  @Test
  void aReadOfASilentServerEndsByTheDeadline() throws Exception {
    StoredBackup stored = bucketStore().put(KEY, CommitRequest.COMPLETE.content());
    proxy.on("GET", "", Fault.STALL_REPLY, 1);
    try (InputStream in = store(Duration.ofSeconds(3)).open(stored, 0, stored.size())) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("no answer within 3.0 s");
      assertThatThrownBy(in::read).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void closingAStreamEndsAReadThatWaitsForALaterRange() throws Exception {
    byte[] bytes = S3StoreBehaviour.random(5 * ReadAhead.RANGE);
    StoredBackup stored = bucketStore().put(KEY, Content.of(new ByteArrayInputStream(bytes)));
    Rule stalled = proxy.on("GET", "", Fault.STALL_REPLY, ALWAYS).sparing(1);
    InputStream in = store.open(stored, 0, stored.size());
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    new Thread(
            () -> {
              try {
                in.readAllBytes();
              } catch (IOException e) {
                outcome.complete(e);
              }
            })
        .start();
    await(() -> stalled.fired() > 0);
    in.close();
    assertThat(outcome.get(20, TimeUnit.SECONDS)).hasMessageContaining("closed");
  }

  /** Runs a call, interrupts it when it is where it should be, and wants it to end at once. */
  private static void assertInterruptible(
      Callable<?> call, BooleanSupplier there, boolean outcomeUnknown) throws Exception {
    CompletableFuture<Boolean> interruptKept = new CompletableFuture<>();
    CompletableFuture<Object> outcome = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                outcome.complete(call.call());
              } catch (Exception e) {
                outcome.complete(e);
              }
              interruptKept.complete(Thread.currentThread().isInterrupted());
            });
    caller.start();
    await(there);
    long start = System.nanoTime();
    caller.interrupt();
    Object ended = outcome.get(20, TimeUnit.SECONDS);
    // A second is promised; a busy machine gets some more. The request's deadline is a minute.
    assertThat(secondsSince(start)).as("seconds until it ended").isLessThan(5);
    assertThat(ended).isInstanceOf(StoreException.class);
    assertThat((StoreException) ended).hasMessageContaining("interrupted");
    assertThat(((StoreException) ended).outcomeUnknown()).isEqualTo(outcomeUnknown);
    assertThat(interruptKept.get(20, TimeUnit.SECONDS)).as("interrupt status kept").isTrue();
  }
}
