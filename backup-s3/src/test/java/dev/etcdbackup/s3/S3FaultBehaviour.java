package dev.etcdbackup.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.s3.FaultProxy.Fault;
import dev.etcdbackup.s3.FaultProxy.Rule;
import dev.etcdbackup.testkit.s3.S3Server;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** What becomes of calls whose requests fail between the store and a real server, over HTTP. */
abstract class S3FaultBehaviour {
  private static final int ALWAYS = Integer.MAX_VALUE;
  private static final int PART = S3StoreBehaviour.PART;
  private static final BackupKey KEY = S3StoreBehaviour.KEY;
  private static final byte[] SMALL = S3StoreBehaviour.random(1_000);
  private static final byte[] LARGE = S3StoreBehaviour.random(5 * PART + 1);

  private TestBucket bucket;
  private FaultProxy proxy;
  private S3Client client;
  private S3BackupStore store;

  abstract S3Server server();

  @BeforeEach
  void stepBetween() throws IOException {
    bucket = new TestBucket(server());
    proxy = new FaultProxy(server().endpoint());
    client = bucket.clientAt(proxy.endpoint());
    store = store(Duration.ofMinutes(1));
  }

  @AfterEach
  void stepAside() throws IOException {
    proxy.close();
    client.close();
    bucket.close();
  }

  private S3BackupStore store(Duration requestTimeout) {
    return S3BackupStore.builder(client, bucket.name)
        .partSizeBytes(PART)
        .requestTimeout(requestTimeout)
        .build();
  }

  /** The two requests that make a backup visible. */
  enum CommitRequest {
    PUT_OBJECT("PUT", KEY.name().substring(0, 14)),
    COMPLETE("POST", "uploadId=");

    final String method;
    final String inLine;

    CommitRequest(String method, String inLine) {
      this.method = method;
      this.inLine = inLine;
    }

    byte[] bytes() {
      return this == COMPLETE ? LARGE : SMALL;
    }

    Content content() {
      return Content.of(new ByteArrayInputStream(bytes()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCommitWhoseReplyIsLostIsFoundToBeDone(CommitRequest commit) throws Exception {
    Rule lost = proxy.on(commit.method, commit.inLine, Fault.LOSE_REPLY, 1);
    StoredBackup put = store.put(KEY, commit.content());
    assertThat(lost.fired()).isEqualTo(1);
    assertThat(put.size()).isEqualTo(commit.bytes().length);
    assertStored(commit.bytes());
    assertThat(bucket.uploads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatNeverArrivedIsRepeated(CommitRequest commit) throws Exception {
    Rule cut = proxy.on(commit.method, commit.inLine, Fault.CUT, 2);
    store.put(KEY, commit.content());
    assertThat(cut.fired()).isEqualTo(2);
    assertStored(commit.bytes());
    assertThat(bucket.uploads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatIsNeverAnsweredHasAnUnknownOutcome(CommitRequest commit) {
    Rule cut = proxy.on(commit.method, commit.inLine, Fault.CUT, ALWAYS);
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("s3://" + bucket.name + "/" + KEY)
        .hasMessageContaining("not known whether it took effect")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isTrue());
    assertThat(cut.fired()).isEqualTo(4);
    assertThat(bucket.keys()).isEmpty();
    // To abort what may be just completing could cost RGW the data of a visible object.
    assertThat(bucket.uploads()).hasSize(commit == CommitRequest.COMPLETE ? 1 : 0);
  }

  @ParameterizedTest
  @EnumSource
  void aCommitIsInDoubtWhenTheStoreCannotBeAsked(CommitRequest commit) throws Exception {
    Rule lost = proxy.on(commit.method, commit.inLine, Fault.LOSE_REPLY, 1);
    int before = commit == CommitRequest.COMPLETE ? 2 : 1;
    Rule silent = proxy.on("HEAD", "", Fault.CUT, ALWAYS).sparing(before);
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("may have stored")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isTrue());
    assertThat(lost.fired()).isEqualTo(1);
    assertThat(silent.fired()).isEqualTo(3); // the client's attempts
    assertStored(commit.bytes());
  }

  @ParameterizedTest
  @EnumSource
  void aRefusedCommitLeavesNothing(CommitRequest commit) {
    Rule refused = proxy.reply(commit.method, commit.inLine, ALWAYS, 403, error("QuotaExceeded"));
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("403 QuotaExceeded")
        .hasMessageContaining("the quota of the bucket or of its owner is used up")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(refused.fired()).isEqualTo(1);
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aCommitThatTheServerIsTooBusyForIsRepeatedAndThenLeavesNothing(CommitRequest commit) {
    Rule busy = proxy.reply(commit.method, commit.inLine, ALWAYS, 503, error("SlowDown"));
    assertThatThrownBy(() -> store.put(KEY, commit.content()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("503 SlowDown")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(busy.fired()).isEqualTo(4);
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void aPartThatFailsForGoodLeavesNothing() {
    Rule cut = proxy.on("PUT", "partNumber=4", Fault.CUT, ALWAYS);
    assertThatThrownBy(() -> store.put(KEY, Content.of(new ByteArrayInputStream(LARGE))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("UploadPart 4")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(cut.fired()).isEqualTo(3);
    assertThat(bucket.keys()).isEmpty();
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void aPartThatFailsOnceIsRepeated() throws Exception {
    Rule cut = proxy.on("PUT", "partNumber=4", Fault.CUT, 1);
    Rule lost = proxy.on("PUT", "partNumber=2", Fault.LOSE_REPLY, 1);
    store.put(KEY, Content.of(new ByteArrayInputStream(LARGE)));
    assertThat(cut.fired() + lost.fired()).isEqualTo(2);
    assertStored(LARGE);
  }

  @Test
  void aPartThatStallsEndsByTheDeadline() throws Exception {
    Rule stalled = proxy.on("PUT", "partNumber=2", Fault.STALL, ALWAYS);
    S3BackupStore impatient = store(Duration.ofSeconds(2));
    long start = System.nanoTime();
    assertThatThrownBy(() -> impatient.put(KEY, Content.of(new ByteArrayInputStream(LARGE))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("UploadPart 2")
        .hasMessageContaining("no answer within 2.0 s")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isFalse());
    assertThat(secondsSince(start)).isBetween(1.9, 8.0);
    assertThat(stalled.fired()).isPositive();
    assertThat(bucket.uploads()).isEmpty();
  }

  @Test
  void aStalledCommitHasAnUnknownOutcome() {
    proxy.on("POST", "uploadId=", Fault.STALL, ALWAYS);
    S3BackupStore impatient = store(Duration.ofSeconds(2));
    assertThatThrownBy(() -> impatient.put(KEY, Content.of(new ByteArrayInputStream(LARGE))))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("no answer within 2.0 s")
        .satisfies(e -> assertThat(((StoreException) e).outcomeUnknown()).isTrue());
  }

  @Test
  void anInterruptEndsAPutInTheMiddleOfAStalledPart() throws Exception {
    Rule stalled = proxy.on("PUT", "partNumber=", Fault.STALL, ALWAYS);
    assertInterruptible(
        () -> store.put(KEY, Content.of(new ByteArrayInputStream(LARGE))),
        () -> stalled.fired() == 3,
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
    try (InputStream in = store(Duration.ofSeconds(1)).open(stored, 0, stored.size())) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("no answer within 1.0 s");
      assertThatThrownBy(in::read).isInstanceOf(StoreException.class);
    }
  }

  @Test
  void aReadThatIsCutShortFailsAndDoesNotLookLikeAnEnd() throws Exception {
    StoredBackup stored = bucketStore().put(KEY, CommitRequest.COMPLETE.content());
    proxy.on("GET", "", Fault.CUT_REPLY, 1);
    try (InputStream in = store.open(stored, 0, stored.size())) {
      assertThatThrownBy(in::readAllBytes)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("Reading of s3://" + bucket.name + "/" + KEY);
    }
  }

  @Test
  void aStreamThatIsClosedEarlyDoesNotReadOn() throws Exception {
    StoredBackup stored = bucketStore().put(KEY, CommitRequest.COMPLETE.content());
    InputStream in = store.open(stored, 0, stored.size());
    assertThat(in.read()).isEqualTo(LARGE[0] & 0xff);
    in.close();
    assertThat(proxy.bytesAnswered()).isLessThan(LARGE.length / 2);
    assertThatThrownBy(in::read).isInstanceOf(IOException.class).hasMessageContaining("closed");
  }

  @Test
  void keysWhoseDeletionFailedAsAWholeAreRefusedAndTheOthersGo() throws Exception {
    List<BackupKey> keys =
        IntStream.range(0, 1_500).mapToObj(i -> BackupKey.of("p", "n" + i)).toList();
    proxy.on("POST", "delete", Fault.CUT, 3).sparing(1);
    DeleteResult deleted = store.delete(keys);
    assertThat(deleted.gone()).containsExactlyInAnyOrderElementsOf(keys.subList(0, 1_000));
    assertThat(deleted.refused()).containsOnlyKeys(keys.subList(1_000, 1_500));
    assertThat(deleted.refused().get(keys.get(1_000))).contains("DeleteObjects");
  }

  @Test
  void aDeletionOfWhichNothingIsKnownThrows() {
    proxy.on("POST", "delete", Fault.CUT, ALWAYS);
    assertThatThrownBy(() -> store.delete(List.of(KEY)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("DeleteObjects of s3://" + bucket.name);
  }

  static String error(String code) {
    return "<?xml version=\"1.0\"?><Error><Code>" + code + "</Code></Error>";
  }

  /** A store that no fault lies in wait for. */
  private S3BackupStore bucketStore() {
    return bucket.store().partSizeBytes(PART).build();
  }

  private void assertStored(byte[] expected) throws IOException {
    StoredBackup stored = bucketStore().find(KEY).orElseThrow();
    try (InputStream in = bucketStore().open(stored, 0, stored.size())) {
      assertThat(Arrays.equals(in.readAllBytes(), expected)).as("same bytes").isTrue();
    }
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
    assertThat(secondsSince(start)).as("seconds until it ended").isLessThan(1.5);
    assertThat(ended).isInstanceOf(StoreException.class);
    assertThat((StoreException) ended).hasMessageContaining("interrupted");
    assertThat(((StoreException) ended).outcomeUnknown()).isEqualTo(outcomeUnknown);
    assertThat(interruptKept.get(1, TimeUnit.SECONDS)).as("interrupt status kept").isTrue();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline of 20 s").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
