package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.DeleteResult;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.Verification;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PruningTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 10);
  private static final RetentionPolicy LAST_TWO = RetentionPolicy.keepLast(2);

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final BackupService service = BackupService.builder(store).clock(() -> NOW).build();

  @Test
  void theStepToAThirdDigitDeletesTheOldestAndNotTheNewest() throws Exception {
    put("p/etcd.backup_v99_2020-02-01-10:00:00");
    put("p/etcd.backup_v100_2020-02-02-10:00:00");
    put("p/etcd.backup_v101_2020-02-03-10:00:00");

    PruneReport report = service.prune("p", LAST_TWO);

    assertThat(report.deleted()).containsExactly(key("p/etcd.backup_v99_2020-02-01-10:00:00"));
    assertThat(keys())
        .containsExactly(
            "p/etcd.backup_v100_2020-02-02-10:00:00", "p/etcd.backup_v101_2020-02-03-10:00:00");
  }

  @Test
  void aPruneTouchesNoOtherProjectNoOtherSeriesAndNoOtherKind() throws Exception {
    List<String> untouched =
        List.of(
            "p-2/etcd.backup_v1_2020-02-01-10:00:00",
            "p/daily_v1_2020-01-01-10:00:00",
            "p/etcd-backup-2020-01-01-10-00-00.tar.gz",
            "p/etcd.backup2_v1_2020-01-01-10:00:00",
            "p/etcd.backup_v1_2020-01-01-10:00:00.bz2",
            "p/manual",
            "p/sub/etcd.backup_v1_2020-01-01-10:00:00");
    for (String key : untouched) {
      put(key);
    }
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v1_2020-02-02-10:00:00");

    service.prune("p", RetentionPolicy.keepLast(1));

    assertThat(keys())
        .containsExactlyInAnyOrderElementsOf(
            java.util.stream.Stream.concat(
                    untouched.stream(),
                    java.util.stream.Stream.of("p/etcd.backup_v1_2020-02-02-10:00:00"))
                .toList());
  }

  @Test
  void oneGoodCopyOfTheNewestIsEnoughAndCopiesAreDeletedTogether() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v1_2020-02-01-10:00:00.zst");
    put("p/etcd.backup_v2_2020-02-02-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00.zst.gpg");

    service.prune("p", RetentionPolicy.keepLast(1));

    assertThat(keys())
        .containsExactlyInAnyOrder(
            "p/etcd.backup_v2_2020-02-02-10:00:00", "p/etcd.backup_v2_2020-02-02-10:00:00.zst.gpg");
  }

  @Test
  void oneGoodCopyOfTheNewestIsEnoughWhereTheKeyOfAnotherIsMissing() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00.gpg");
    BackupVerifier verifier =
        (backup, in) -> {
          if (backup.name().isEncrypted()) {
            throw new KeyUnavailableException("it is encrypted to another key");
          }
          return new Verification(List.of());
        };
    BackupService withoutKey =
        BackupService.builder(store).clock(() -> NOW).verifier(verifier).build();

    assertThat(withoutKey.prune("p", RetentionPolicy.keepLast(1)).deleted())
        .containsExactly(key("p/etcd.backup_v1_2020-02-01-10:00:00"));
    put("p/etcd.backup_v3_2020-02-03-10:00:00.gpg");
    assertThatThrownBy(() -> withoutKey.prune("p", RetentionPolicy.keepLast(1)))
        .isInstanceOf(KeyUnavailableException.class);
    assertThat(keys()).hasSize(3);
  }

  @Test
  void aRunCountsTheSizeOfAllSeriesAndDeletesOfItsOwnAlone() throws Exception {
    put("p/daily_v1_2020-01-02-10:00:00");
    put("p/daily_v1_2020-02-02-10:00:00");
    put("p/etcd.backup_v1_2020-01-01-10:00:00");
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    RetentionPolicy three = RetentionPolicy.keepWithinProjectBytes(3L * SNAPSHOT.length);

    BackupResult result = service.backUp("p", FixedSnapshotSource.of(SNAPSHOT));
    PruneReport after = service.pruneAfter(result, three);

    assertThat(after.deleted()).containsExactly(key("p/etcd.backup_v1_2020-01-01-10:00:00"));
    assertThat(after.plan().decisions())
        .filteredOn(one -> one.backup().key().equals(result.key()))
        .extracting(Decision::reason)
        .containsExactly(three.toString());
    assertThat(service.prune("p", three).deleted())
        .containsExactly(key("p/daily_v1_2020-01-02-10:00:00"));
  }

  @Test
  void nothingIsDeletedWhenTheNewestToBeKeptIsBad() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00");
    put("p/etcd.backup_v3_2020-02-03-10:00:00", new byte[5000]);

    assertThatThrownBy(() -> service.prune("p", LAST_TWO))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("p/etcd.backup_v3_2020-02-03-10:00:00")
        .hasMessageEndingWith("nothing was deleted");
    assertThat(keys()).hasSize(3);
  }

  /** Neither a newer one of another series stands in for it, nor one that is dated ahead. */
  @Test
  void theNewestThatIsVerifiedIsOneOfTheSeriesAndOfThePast() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00", new byte[5000]);
    put("p/etcd.backup_v3_2030-02-03-10:00:00");
    put("p/daily_v1_2020-02-03-10:00:00");

    assertThatThrownBy(() -> service.prune("p", RetentionPolicy.keepLast(1)))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("p/etcd.backup_v2_2020-02-02-10:00:00, the newest");
    assertThat(keys()).hasSize(4);
  }

  @Test
  void changesAreNotDeletedEitherWhenTheNewestToBeKeptIsBad() throws Exception {
    put("p/etcd.changes_v1-v2_2020-02-01-09:00:00");
    put("p/etcd.changes_v3-v4_2020-02-01-09:30:00");
    put("p/etcd.backup_v4_2020-02-01-10:00:00", new byte[5000]);

    assertThat(service.planPrune("p", LAST_TWO).toDelete()).hasSize(1);
    assertThatThrownBy(() -> service.prune("p", LAST_TWO))
        .isInstanceOf(CorruptBackupException.class);
    assertThat(keys()).hasSize(3);
  }

  @Test
  void withoutVerificationABadNewestDoesNotHoldThePruneUp() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00");
    put("p/etcd.backup_v3_2020-02-03-10:00:00", new byte[5000]);

    assertThat(
            service.prune(PruneRequest.builder("p", LAST_TWO).skipVerification().build()).deleted())
        .hasSize(1);
  }

  @Test
  void anEncryptedNewestCannotBeVerifiedSoNothingIsDeleted() throws Exception {
    put("p/etcd-backup-2020-02-01-10-00-00.tar.gz.gpg");
    put("p/etcd-backup-2020-02-02-10-00-00.tar.gz.gpg");

    assertThatThrownBy(() -> service.prune("p", RetentionPolicy.keepLast(1)))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("encrypted");
    assertThat(
            service
                .prune(
                    PruneRequest.builder("p", RetentionPolicy.keepLast(1))
                        .skipVerification()
                        .build())
                .deleted())
        .hasSize(1);
  }

  @Test
  void planningChangesNothing() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v2_2020-02-02-10:00:00");

    assertThat(service.planPrune("p", RetentionPolicy.keepLast(1)).toDelete()).hasSize(1);
    assertThat(keys()).hasSize(2);
  }

  @Test
  void aPruneAfterABackupLooksAtItsSeriesAloneAndKeepsTheBackup() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/daily_v1_2020-02-01-10:00:00");
    put("p/daily_v1_2020-02-02-10:00:00");
    BackupResult result = service.backUp("p", FixedSnapshotSource.of(SNAPSHOT));

    PruneReport report = service.pruneAfter(result, RetentionPolicy.keepLast(1));

    assertThat(report.deleted()).containsExactly(key("p/etcd.backup_v1_2020-02-01-10:00:00"));
    assertThat(keys()).contains(result.key().toString());
  }

  @Test
  void aRunNeverDeletesTheBackupItMadeEvenWhenItsClockWasBehind() throws Exception {
    put("p/etcd.backup_v1_2020-02-04-10:00:00");
    BackupResult result = service.backUp("p", FixedSnapshotSource.of(SNAPSHOT));
    BackupService later = BackupService.builder(store).clock(() -> NOW.plusSeconds(86_400)).build();

    PruneReport report = later.pruneAfter(result, RetentionPolicy.keepLast(1));

    assertThat(report.deleted()).isEmpty();
    assertThat(keys()).contains(result.key().toString());
  }

  @Test
  void aManualBackupPrunesNothing() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v1_2020-02-02-10:00:00");
    BackupResult manual =
        service.backUp("p", FixedSnapshotSource.of(SNAPSHOT), NamingStrategy.manual("m"));

    assertThat(service.pruneAfter(manual, RetentionPolicy.keepLast(1)).deleted()).isEmpty();
    assertThat(keys()).hasSize(3);
  }

  @Test
  void aListingThatLacksTheNewBackupPrunesNothing() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v1_2020-02-02-10:00:00");
    BackupResult result = service.backUp("p", FixedSnapshotSource.of(SNAPSHOT));
    store.delete(Set.of(result.key()));

    assertThatThrownBy(() -> service.pruneAfter(result, RetentionPolicy.keepLast(1)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("not complete");
    assertThat(keys()).hasSize(2);
  }

  @Test
  void whatTheStoreRefusesToDeleteIsReported() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v1_2020-02-02-10:00:00");
    BackupKey locked = key("p/etcd.backup_v1_2020-02-01-10:00:00");
    BackupService refused =
        BackupService.builder(
                new RefusingStore(store, Map.of(locked, "AccessDenied: object is locked")))
            .clock(() -> NOW)
            .build();

    PruneReport report = refused.prune("p", RetentionPolicy.keepLast(1));

    assertThat(report.refused()).containsEntry(locked, "AccessDenied: object is locked");
    assertThat(report.deleted()).isEmpty();
  }

  @Test
  void aPolicyThatKeepsNothingLeavesTheNewest() throws Exception {
    put("p/etcd.backup_v1_2020-02-01-10:00:00");
    put("p/etcd.backup_v1_2020-02-02-10:00:00");

    service.prune("p", (newestFirst, now) -> Map.of());

    assertThat(keys()).containsExactly("p/etcd.backup_v1_2020-02-02-10:00:00");
  }

  private void put(String key) throws BackupException {
    put(key, SNAPSHOT);
  }

  private void put(String key, byte[] bytes) throws BackupException {
    store.put(key(key), Content.of(new ByteArrayInputStream(bytes)));
  }

  private static BackupKey key(String key) {
    return BackupKey.parse(key);
  }

  private List<String> keys() throws BackupException {
    return store.list("").stream().map(b -> b.key().toString()).toList();
  }

  private static final class RefusingStore extends ForwardingBackupStore {
    private final Map<BackupKey, String> refusals;

    RefusingStore(BackupStore to, Map<BackupKey, String> refusals) {
      super(to);
      this.refusals = refusals;
    }

    @Override
    public DeleteResult delete(Collection<BackupKey> keys) {
      return new DeleteResult(Set.of(), refusals);
    }
  }
}
