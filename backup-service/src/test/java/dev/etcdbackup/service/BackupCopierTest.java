package dev.etcdbackup.service;

import static dev.etcdbackup.service.StoreContents.content;
import static dev.etcdbackup.service.StoreContents.contentOf;
import static dev.etcdbackup.service.StoreContents.put;
import static dev.etcdbackup.service.StoreContents.snapshot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupNotFoundException;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.Content;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.service.CopyReport.Copied;
import dev.etcdbackup.service.CopyReport.Outcome;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.faults.Fault;
import dev.etcdbackup.testkit.faults.FaultPoint;
import dev.etcdbackup.testkit.faults.Faults;
import dev.etcdbackup.testkit.faults.FaultyBackupStore;
import dev.etcdbackup.testkit.faults.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BackupCopierTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final int PART = 16 * 1024;
  private static final String FIRST = "p/etcd.backup_v1_2020-02-01-10:00:00";
  private static final String SECOND = "p/etcd.backup_v2_2020-02-02-10:00:00";
  private static final String THIRD = "p/etcd.backup_v3_2020-02-03-10:00:00";

  private final InMemoryBackupStore from = new InMemoryBackupStore(() -> NOW);
  private final InMemoryBackupStore to = new InMemoryBackupStore(() -> NOW);

  @Test
  void aMirrorHasTheSameNamesAndBytesAndCopiesNothingTwice() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    put(from, "q/by-hand", new byte[] {1, 2, 3});

    CopyReport report = copier(from, to).mirror("");

    assertThat(report.ok()).isTrue();
    assertThat(report.copies())
        .map(one -> one.outcome() + " " + one.key() + " " + one.verified())
        .containsExactly(
            "COPIED " + FIRST + " true", "COPIED " + SECOND + " true", "COPIED q/by-hand false");
    assertThat(content(to)).isEqualTo(content(from));
    assertThat(copier(from, to).mirror("").copies())
        .map(Copied::outcome)
        .containsOnly(Outcome.PRESENT);
  }

  @Test
  void onlyTheProjectIsMirrored() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, "p-2/etcd.backup_v1_2020-02-01-10:00:00", snapshot(1));

    assertThat(copier(from, to).mirror("p").copies()).hasSize(1);
    assertThat(to.list("")).hasSize(1);
  }

  @Test
  void aDifferentObjectOfThatNameIsNeverTouched() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    put(to, FIRST, snapshot(3)); // of the same size
    put(to, SECOND, new byte[] {1});
    put(from, "p/.etcd-backup/signatures/etcd.backup_v1_2020-02-01-10:00:00.asc", new byte[] {7});
    Map<BackupKey, String> before = content(to);

    CopyReport report = copier(from, to).mirror("p");

    assertThat(report.copies()).map(Copied::outcome).containsOnly(Outcome.REFUSED);
    assertThat(report.copies().get(1).detail())
        .isEqualTo("the target has another object of this name, of 1 byte");
    assertThat(report.ok()).isFalse();
    assertThat(content(to)).isEqualTo(before);
    assertThat(to.list("p/.etcd-backup")).as("it is of another object").isEmpty();
  }

  @Test
  void aCorruptBackupIsNotCopiedAndDoesNotStopTheOthers() throws Exception {
    byte[] damaged = snapshot(1);
    damaged[damaged.length / 2] ^= 1;
    put(from, FIRST, damaged);
    put(from, SECOND, snapshot(2));

    CopyReport report = copier(from, to).mirror("p");

    assertThat(report.count(Outcome.CORRUPT)).isEqualTo(1);
    assertThat(to.list("")).map(StoredBackup::key).containsExactly(BackupKey.parse(SECOND));
  }

  @Test
  void withoutItsEncodingABackupIsCopiedAsItIsAndTheReportSaysSo() throws Exception {
    put(from, FIRST + ".zst", new byte[] {1, 2, 3});

    Copied copied = copier(from, to).mirror("p").copies().get(0);

    assertThat(copied.outcome()).isEqualTo(Outcome.COPIED);
    assertThat(copied.verified()).isFalse();
    assertThat(copied.detail()).isEqualTo("the encoding for .zst is missing");
    assertThat(content(to)).isEqualTo(content(from));
  }

  @Test
  void signaturesGoWithTheirBackupsAndPinsDoNot() throws Exception {
    put(from, FIRST, snapshot(1));
    String signature = "p/.etcd-backup/signatures/etcd.backup_v1_2020-02-01-10:00:00.asc";
    put(from, signature, new byte[] {7});
    service(from).notes().pin(BackupKey.parse(FIRST), "audit", Optional.empty());

    assertThat(copier(from, to).mirror("p").ok()).isTrue();

    assertThat(to.list("p/.etcd-backup"))
        .map(StoredBackup::key)
        .containsExactly(BackupKey.parse(signature));
  }

  @Test
  void severalKeysAreCopiedAndAMissingOneCopiesNothing() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));

    assertThatThrownBy(
            () -> copier(from, to).copy(List.of(BackupKey.parse(FIRST), BackupKey.parse(THIRD))))
        .isInstanceOf(BackupNotFoundException.class);
    assertThat(to.list("")).isEmpty();
    assertThat(copier(from, to).copy(List.of(BackupKey.parse(SECOND))).ok()).isTrue();
    assertThat(to.list("")).map(StoredBackup::key).containsExactly(BackupKey.parse(SECOND));
  }

  @Test
  void withItsOwnRetentionNothingIsCopiedThatWouldBeDeleted() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    put(from, THIRD, snapshot(3));
    put(to, "p/etcd.backup_v0_2019-12-31-10:00:00", snapshot(9));
    RetentionPolicy two = RetentionPolicy.keepLast(2);

    CopyReport report = copier(from, to).mirror("p", two);

    assertThat(report.copies()).map(Copied::outcome).containsOnly(Outcome.COPIED).hasSize(2);
    assertThat(report.pruned().orElseThrow().deleted()).hasSize(1);
    assertThat(to.list("p")).map(one -> one.key().toString()).containsExactly(SECOND, THIRD);
    assertThat(from.list("p")).hasSize(3);
    CopyReport again = copier(from, to).mirror("p", two);
    assertThat(again.copies()).map(Copied::outcome).containsOnly(Outcome.PRESENT);
    assertThat(again.pruned().orElseThrow().deleted()).isEmpty();
  }

  @Test
  void nothingIsDeletedAtTheTargetWhenNotEverythingWasCopied() throws Exception {
    put(from, SECOND, snapshot(2));
    put(from, THIRD, snapshot(3));
    put(to, FIRST, snapshot(1));
    BackupStore failing =
        FaultyBackupStore.over(to, Faults.on(Operation.PUT).of("_v3_").everyCall().answer(507));

    CopyReport report = copier(from, failing).mirror("p", RetentionPolicy.keepLast(1));

    assertThat(report.pruned()).isEmpty();
    assertThat(to.list("p")).map(one -> one.key().toString()).containsExactly(FIRST);
  }

  /** A fault of the store that is read or of the store that is written. */
  record Broken(boolean source, Fault fault) {}

  static List<Broken> faults() {
    return List.of(
        new Broken(true, get().inReply().afterBytes(20_000).cut()),
        new Broken(true, get().inReply().afterBytes(20_000).stall()),
        new Broken(true, get().inReply().afterBytes(20_000).corrupt()),
        new Broken(true, get().answer(500)),
        new Broken(false, Faults.on(Operation.CREATE_UPLOAD).of("_v2_").answer(500)),
        new Broken(false, part().answer(500)),
        new Broken(false, part().afterBytes(5_000).cut()),
        new Broken(false, part().stall()),
        new Broken(false, part().answer(507, "QuotaExceeded")),
        new Broken(false, Faults.on(Operation.COMPLETE_UPLOAD).of("_v2_").answer(500)),
        new Broken(false, Faults.on(Operation.COMPLETE_UPLOAD).of("_v2_").loseReply()));
  }

  private static FaultPoint get() {
    return Faults.on(Operation.GET).of("_v2_");
  }

  private static FaultPoint part() {
    return Faults.on(Operation.UPLOAD_PART).of("_v2_").call(2);
  }

  /** One fault in one of the stores: the others are copied, and the next mirror completes it. */
  @ParameterizedTest
  @MethodSource("faults")
  void aFaultLosesNothingAndDoublesNothing(Broken broken) throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    put(from, THIRD, snapshot(3));
    Fault fault = broken.fault();
    BackupStore source = broken.source() ? FaultyBackupStore.over(from, fault) : from;
    BackupStore target =
        broken.source() ? to : FaultyBackupStore.over(to, fault).withPartSize(PART);

    CopyReport report = copier(source, target, Duration.ofSeconds(2)).mirror("p");

    assertThat(fault.fired()).isEqualTo(1);
    assertThat(report.ok()).isFalse();
    assertThat(report.count(Outcome.COPIED)).isEqualTo(2);
    content(to)
        .forEach(
            (key, bytes) ->
                assertThat(bytes).as("whole or absent").isEqualTo(contentOf(from, key)));
    CopyReport again = copier(from, to).mirror("p");
    assertThat(again.ok()).isTrue();
    assertThat(content(to)).isEqualTo(content(from));
  }

  @Test
  void aStoreThatIsDownIsGivenUpAfterFiveFailures() throws Exception {
    for (int day = 1; day <= 20; day++) {
      put(from, String.format("p/etcd.backup_v%d_2020-01-%02d-10:00:00", day, day), snapshot(1));
    }
    AtomicInteger attempts = new AtomicInteger();
    BackupStore down = FaultyBackupStore.over(to, Faults.on(Operation.PUT).everyCall().answer(503));

    CopyReport report =
        BackupCopier.builder(from, down)
            .parallelism(1)
            .onCopied(one -> attempts.incrementAndGet())
            .build()
            .mirror("p");

    assertThat(report.count(Outcome.FAILED)).isEqualTo(5);
    assertThat(report.count(Outcome.NOT_TRIED)).isEqualTo(15);
    assertThat(attempts).hasValue(20);
    assertThat(report.copies())
        .filteredOn(one -> one.outcome() == Outcome.FAILED)
        .as("the newest first")
        .allMatch(one -> one.key().toString().compareTo("p/etcd.backup_v16") >= 0);
  }

  @Test
  void anInterruptEndsAMirrorAndTheNextOneCompletesIt() throws Exception {
    put(from, FIRST, snapshot(1));
    put(from, SECOND, snapshot(2));
    put(from, "p/etcd.backup_v0_2020-01-31-10:00:00", snapshot(3)); // waits behind them
    Fault stall = Faults.on(Operation.GET).of("_v1_").inReply().afterBytes(100).stall();
    BackupStore stalling = FaultyBackupStore.over(from, stall);
    CountDownLatch ended = new CountDownLatch(1);
    List<Throwable> thrown = new ArrayList<>();
    boolean[] interrupted = {false};
    Thread caller =
        new Thread(
            () -> {
              try {
                BackupCopier.builder(stalling, to)
                    .timeout(Duration.ofSeconds(50))
                    .parallelism(1)
                    .build()
                    .mirror("p");
              } catch (BackupException e) {
                thrown.add(e);
                interrupted[0] = Thread.currentThread().isInterrupted();
              } finally {
                ended.countDown();
              }
            });
    caller.start();
    stall.awaitFired(1, Duration.ofSeconds(20));
    caller.interrupt();
    ended.await();
    caller.join();

    assertThat(thrown).singleElement().asString().contains("interrupted");
    assertThat(interrupted[0]).as("the caller's status is kept").isTrue();
    assertThat(content(to).keySet()).as("nothing more").containsOnly(BackupKey.parse(SECOND));
    assertThat(copier(from, to).mirror("p").ok()).isTrue();
    assertThat(content(to)).isEqualTo(content(from));
  }

  @Test
  void aCopyOfAnotherSizeThanItsBackupIsTold() throws Exception {
    put(from, FIRST, snapshot(1));
    BackupStore cutting =
        new ForwardingBackupStore(to) {
          @Override
          public StoredBackup put(BackupKey key, Content content) throws BackupException {
            StoredBackup stored = super.put(key, content);
            return new StoredBackup(key, stored.size() - 1, NOW, stored.version());
          }
        };

    Copied copied = copier(from, cutting).mirror("p").copies().get(0);

    assertThat(copied.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(copied.detail()).startsWith("the target reports ").contains("verify the copy");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void whatAListenerThrowsIsThrownAndNotTakenForTheEnd(int parallelism) throws Exception {
    put(from, SECOND, snapshot(2));
    put(from, THIRD, snapshot(3));
    put(to, FIRST, snapshot(1));
    IllegalStateException thrown = new IllegalStateException("the disk of the report is full");
    BackupCopier copier =
        BackupCopier.builder(from, to)
            .clock(() -> NOW)
            .parallelism(parallelism)
            .onCopied(
                one -> {
                  throw thrown;
                })
            .build();

    assertThatThrownBy(() -> copier.mirror("p", RetentionPolicy.keepLast(2))).isSameAs(thrown);
    assertThat(to.find(BackupKey.parse(FIRST))).as("nothing is pruned").isPresent();
  }

  @Test
  void bySizeOnlyAMirrorReadsNothingThatIsThere() throws Exception {
    put(from, FIRST, snapshot(1));
    put(to, FIRST, snapshot(2));
    BackupStore unreadable =
        FaultyBackupStore.over(from, Faults.on(Operation.GET).everyCall().answer(500));

    CopyReport report = BackupCopier.builder(unreadable, to).sizeOnly().build().mirror("p");

    assertThat(report.copies()).map(Copied::outcome).containsExactly(Outcome.PRESENT);
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> BackupCopier.builder(from, to).parallelism(0))
        .hasMessage("parallelism must be 1 to 64, not 0");
    assertThatThrownBy(() -> BackupCopier.builder(from, to).timeout(Duration.ZERO))
        .hasMessageStartingWith("timeout must be more than zero");
  }

  private static BackupCopier copier(BackupStore source, BackupStore target) {
    return copier(source, target, Duration.ofSeconds(50));
  }

  private static BackupCopier copier(BackupStore source, BackupStore target, Duration timeout) {
    return BackupCopier.builder(source, target).clock(() -> NOW).timeout(timeout).build();
  }

  private static BackupService service(BackupStore store) {
    return BackupService.builder(store).clock(() -> NOW).build();
  }
}
