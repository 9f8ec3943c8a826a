package dev.etcdbackup.testkit.faults;

import static dev.etcdbackup.testkit.faults.Operation.CREATE_UPLOAD;
import static dev.etcdbackup.testkit.faults.Operation.DELETE;
import static dev.etcdbackup.testkit.faults.Operation.FIND;
import static dev.etcdbackup.testkit.faults.Operation.GET;
import static dev.etcdbackup.testkit.faults.Operation.LIST;
import static dev.etcdbackup.testkit.faults.Operation.PUT;
import static dev.etcdbackup.testkit.faults.Operation.SNAPSHOT;
import static dev.etcdbackup.testkit.faults.Operation.UPLOAD_PART;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.Snapshot;
import dev.etcdbackup.SnapshotSource;
import dev.etcdbackup.SourceException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same script in a store and a source without a network. */
@Timeout(60)
class FaultyFakesTest {
  private static final BackupKey KEY = BackupKey.of("p", "a");
  private static final byte[] BYTES = TestSnapshots.bytes(1, 4);
  private static final int PART = 4096;

  private final InMemoryBackupStore kept = new InMemoryBackupStore();

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"CREATE_UPLOAD", "UPLOAD_PART", "COMPLETE_UPLOAD"})
  void anUploadThatFailsLeavesNothing(Operation operation) throws Exception {
    Fault fault = Faults.on(operation).answer(503);
    assertThat(putFails(fault).outcomeUnknown()).isFalse();
    assertThat(kept.list("")).isEmpty();
    put(store(fault));
    assertThat(kept.list("")).hasSize(1);
  }

  @Test
  void theScriptOfTheReadmeLosesThePartItSays() throws Exception {
    Fault lost = Faults.on(UPLOAD_PART).call(2).afterBytes(3_000).loseReply();
    assertThat(putFails(lost)).hasMessageContaining("UPLOAD_PART call 2");
    assertThat(kept.list("")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Operation.class,
      names = {"PUT", "COMPLETE_UPLOAD"})
  void aBackupWhoseReplyIsLostIsThere(Operation commit) throws Exception {
    Fault lost = Faults.on(commit).loseReply();
    FaultyBackupStore store = store(lost).withPartSize(commit == PUT ? 1 << 20 : PART);
    StoreException e = catchThrowableOfType(StoreException.class, () -> put(store));
    assertThat(e.outcomeUnknown()).isTrue();
    assertThat(lost.fired()).isEqualTo(1);
    assertThat(kept.list("")).hasSize(1);
  }

  @Test
  void aPartIsCorruptedAtRest() throws Exception {
    Fault corrupt = Faults.on(UPLOAD_PART).call(2).afterBytes(7).corrupt();
    StoredBackup stored = put(store(corrupt));
    byte[] expected = BYTES.clone();
    expected[PART + 7] ^= (byte) 0xff;
    assertThat(kept.open(stored, 0, stored.size()).readAllBytes()).isEqualTo(expected);
    assertThat(corrupt.fired()).isEqualTo(1);
  }

  @Test
  void aReadIsTruncatedAndThrows() throws Exception {
    StoredBackup stored = put(kept);
    Fault cut = Faults.on(GET).inReply().afterBytes(100).cut();
    InputStream in = store(cut).open(stored, 0, stored.size());
    assertThat(in.readNBytes(100)).hasSize(100);
    assertThatExceptionOfType(StoreException.class).isThrownBy(in::read);
    assertThatExceptionOfType(StoreException.class).isThrownBy(in::read);
  }

  @Test
  void answersMeanWhatTheyMeanInS3() throws Exception {
    StoredBackup stored = put(kept);
    assertThat(store(Faults.on(FIND).answer(404)).find(KEY)).isEmpty();
    assertThatThrownBy(() -> store(Faults.on(FIND).answer(403)).find(KEY))
        .isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> store(Faults.on(GET).answer(412)).open(stored, 0, 1))
        .isInstanceOf(BackupNotFoundException.class);
    assertThatThrownBy(() -> store(Faults.on(LIST).inReply().cut()).list(""))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void aDeletionWhoseReplyIsLostIsDone() throws Exception {
    put(kept);
    assertThatThrownBy(() -> store(Faults.on(DELETE).loseReply()).delete(List.of(KEY)))
        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.outcomeUnknown()).isTrue());
    assertThat(kept.list("")).isEmpty();
  }

  @Test
  void versionsAreWrongOrEmpty() throws Exception {
    StoredBackup stored = put(kept);
    Fault wrong = Faults.on(LIST).wrongETag();
    StoredBackup listed = store(wrong).list("p").get(0);
    assertThat(listed.version()).isNotEqualTo(stored.version()).isNotEmpty();
    assertThat(store(Faults.on(FIND).emptyETag()).find(KEY).orElseThrow().version()).isEmpty();
    assertThat(wrong.fired()).isEqualTo(1);
  }

  @Test
  void aStalledStoreHeedsAnInterrupt() throws Exception {
    Fault stall = Faults.on(PUT).stall();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                put(store(stall).withPartSize(1 << 20));
                outcome.complete(null);
              } catch (Throwable e) {
                outcome.complete(e);
              }
            });
    thread.start();
    stall.awaitFired(1, Duration.ofSeconds(Long.MAX_VALUE)); // as long as this test may take
    thread.interrupt();
    assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(StoreException.class);
    assertThat(kept.list("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5_000, 16_415})
  void aSnapshotThatFailsIsTheSources(int position) {
    for (Fault fault :
        List.of(
            Faults.on(SNAPSHOT).afterBytes(position).cut(),
            Faults.on(SNAPSHOT).afterBytes(position).garbage(),
            Faults.on(SNAPSHOT).afterBytes(position).corrupt())) {
      assertThatThrownBy(() -> readAll(FaultySnapshotSource.of(BYTES, fault)))
          .as("%s", fault)
          .isInstanceOf(SourceException.class);
      assertThat(fault.fired()).as("%s", fault).isEqualTo(1);
    }
  }

  @Test
  void aSourceRefusesUntilItsFaultIsEnded() throws Exception {
    Fault refuse = Faults.on(SNAPSHOT).call(2).refuse();
    SnapshotSource source = FaultySnapshotSource.of(BYTES, refuse);
    assertThat(readAll(source)).isEqualTo(BYTES);
    assertThatThrownBy(source::open).isInstanceOf(SourceException.class);
    assertThatThrownBy(source::open).isInstanceOf(SourceException.class);
    refuse.end();
    assertThat(readAll(source)).isEqualTo(BYTES);
  }

  @Test
  void closingASnapshotEndsItsStall() throws Exception {
    Fault stall = Faults.on(SNAPSHOT).afterBytes(9_000).stall();
    Snapshot snapshot = FaultySnapshotSource.of(BYTES, stall).open();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                snapshot.stream().readAllBytes();
                outcome.complete(null);
              } catch (Throwable e) {
                outcome.complete(e);
              }
            });
    thread.start();
    stall.awaitFired(1, Duration.ofSeconds(30));
    snapshot.close();
    assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(SourceException.class);
  }

  @Test
  void faultsThatCannotStrikeAreRefused() {
    assertThatThrownBy(() -> store(Faults.on(SNAPSHOT).cut()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> store(Faults.on(PUT).refuse()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FaultySnapshotSource.of(BYTES, Faults.on(CREATE_UPLOAD).cut()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FaultySnapshotSource.of(BYTES, Faults.on(SNAPSHOT).answer(500)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private StoreException putFails(Fault fault) {
    StoreException e = catchThrowableOfType(StoreException.class, () -> put(store(fault)));
    assertThat(fault.fired()).as("%s", fault).isEqualTo(1);
    return e;
  }

  private FaultyBackupStore store(Fault fault) {
    return FaultyBackupStore.over(kept, fault).withPartSize(PART);
  }

  private static StoredBackup put(BackupStore store) throws Exception {
    return store.put(KEY, Content.of(new ByteArrayInputStream(BYTES)));
  }

  private static byte[] readAll(SnapshotSource source) throws Exception {
    try (Snapshot snapshot = source.open()) {
      return snapshot.stream().readAllBytes();
    }
  }
}
