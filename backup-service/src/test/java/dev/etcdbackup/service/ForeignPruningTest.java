package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.BackupStore;
import dev.etcdbackup.BackupVerifier;
import dev.etcdbackup.Content;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.Verification;
import dev.etcdbackup.catalogue.Catalogue;
import dev.etcdbackup.catalogue.ForeignFormat;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPolicy;
import dev.etcdbackup.testkit.ForwardingBackupStore;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignPruningTest {
  private static final Instant NOW = Instant.parse("2024-05-10T12:00:00Z");
  private static final String META = "_etcd_backup.meta";

  private final InMemoryBackupStore store = new InMemoryBackupStore();
  private final List<String> verified = new ArrayList<>();
  private Verification verification = new Verification(List.of());
  private final BackupVerifier verifier =
      (backup, from) -> {
        verified.add(backup.key().toString());
        return verification;
      };
  private final ForeignPruning pruning =
      new ForeignPruning(
          BackupService.builder(store).verifier(verifier).clock(InstantSource.fixed(NOW)).build(),
          store,
          Catalogue.utc());

  private void put(String... keys) throws BackupException {
    for (String key : keys) {
      byte[] bytes = {1, 2, 3};
      store.put(BackupKey.parse(key), Content.of(new ByteArrayInputStream(bytes), 3));
    }
  }

  private static Set<ForeignFormat> formats(String... labels) {
    return Stream.of(labels)
        .map(one -> Catalogue.format(one).orElseThrow())
        .collect(Collectors.toSet());
  }

  private ForeignPrunePlan plan(String... labels) throws BackupException {
    return pruning.plan("p", formats(labels), RetentionPolicy.keepLast(1), NOW);
  }

  private List<String> left() throws BackupException {
    return store.list("").stream().map(StoredBackup::key).map(BackupKey::toString).toList();
  }

  @Test
  void onlyTheFormatsThatAreNamedArePruned() throws Exception {
    put(
        "p/db-2024-05-01_10-00",
        "p/db-2024-05-02_10-00",
        "p/etcd-snapshot-a-1714557600",
        "p/etcd-snapshot-a-1714557700",
        "p/etcd.backup_v1_2024-05-01-10:00:00",
        "p/etcd.backup_v2_2024-05-02-10:00:00",
        "p/by-hand",
        "p/alone/db-2024-05-01_10-00", // of which nothing is deleted, so nothing is verified
        "q/db-2024-05-01_10-00",
        "q/db-2024-05-02_10-00");

    PruneReport report = pruning.prune(plan("bitnami"), false);

    assertThat(report.deleted()).containsExactly(BackupKey.parse("p/db-2024-05-01_10-00"));
    assertThat(left()).hasSize(9);
    assertThat(verified).containsExactly("p/db-2024-05-02_10-00");
  }

  @Test
  void theSeriesArePlannedByThemselvesAndByTime() throws Exception {
    put(
        "p/etcd-snapshot-a-1714557600",
        "p/etcd-snapshot-a-1714557700",
        "p/etcd-snapshot-b-1714557600",
        "p/v2/Full-00000000-00000009-1714557700",
        "p/v2/Full-00000000-00000010-1714557600");

    assertThat(plan("k3s", "gardener").decisions().toDelete())
        .extracting(one -> one.key().toString())
        .containsExactly("p/etcd-snapshot-a-1714557600", "p/v2/Full-00000000-00000010-1714557600");
  }

  @Test
  void companionsGoWithTheirSnapshotAndIncrementsStay() throws Exception {
    put(
        "p/main/2024-05-01T10:00:00Z-000001/etcd.backup.gz",
        "p/main/2024-05-01T10:00:00Z-000001/" + META,
        "p/main/2024-05-02T10:00:00Z-000001/etcd.backup.gz",
        "p/main/2024-05-02T10:00:00Z-000001/" + META,
        "p/main/2024-05-03T10:00:00Z-000001/" + META,
        "p/main/control/etcd-cluster-created",
        "p/v2/Full-00000000-00000010-1714557600",
        "p/v2/Full-00000000-00000020-1714557700",
        "p/v2/Incr-00000011-00000015-1714557650");

    ForeignPrunePlan plan = plan("etcd-manager", "gardener");

    assertThat(plan.decisions().toDelete())
        .extracting(one -> one.key().toString())
        .containsExactly(
            "p/main/2024-05-01T10:00:00Z-000001/" + META,
            "p/main/2024-05-01T10:00:00Z-000001/etcd.backup.gz",
            "p/v2/Full-00000000-00000010-1714557600");
    assertThat(plan.decisions().decisions())
        .filteredOn(one -> one.backup().key().toString().contains("Incr"))
        .extracting(Decision::reason)
        .containsExactly("an increment");
    assertThat(plan.decisions().decisions())
        .filteredOn(one -> one.backup().key().name().endsWith(META))
        .extracting(Decision::reason)
        .containsExactly(
            "its snapshot is deleted", "its snapshot is kept", "belongs to no snapshot");
  }

  @ParameterizedTest
  @ValueSource(strings = {"p/db-2024-05-01_10-00", "q/db-2024-05-03_10-00"})
  void aListingWithAKeyTwiceOrOfAnotherProjectPrunesNothing(String wrong) throws Exception {
    put("p/db-2024-05-01_10-00", "p/db-2024-05-02_10-00");
    BackupStore listing =
        new ForwardingBackupStore(store) {
          @Override
          public List<StoredBackup> list(String project) throws BackupException {
            List<StoredBackup> listed = new ArrayList<>(super.list(project));
            listed.add(new StoredBackup(BackupKey.parse(wrong), 3, NOW, ""));
            return listed;
          }
        };
    ForeignPruning of =
        new ForeignPruning(BackupService.builder(listing).build(), listing, Catalogue.utc());

    assertThatThrownBy(() -> of.plan("p", formats("bitnami"), RetentionPolicy.keepLast(1), NOW))
        .isInstanceOf(StoreException.class)
        .hasMessageEndingWith(wrong + " twice or wrongly; nothing was pruned");
  }

  @Test
  void nothingIsDeletedWhenTheNewestThatIsKeptIsBad() throws Exception {
    put("p/db-2024-05-01_10-00", "p/db-2024-05-02_10-00");
    verification = new Verification(List.of("page 7 is torn"));

    ForeignPrunePlan plan = plan("bitnami");
    assertThatThrownBy(() -> pruning.prune(plan, false))
        .isInstanceOf(CorruptBackupException.class)
        .hasMessageContaining("p/db-2024-05-02_10-00, the newest that would be kept")
        .hasMessageContaining("page 7 is torn");

    assertThat(left()).hasSize(2);
    assertThat(pruning.prune(plan, true).deleted()).hasSize(1);
  }

  @Test
  void whatIsDatedAheadIsKeptAndCountsForNothing() throws Exception {
    put("p/db-2024-05-01_10-00", "p/db-2024-05-02_10-00", "p/db-2034-05-02_10-00");

    ForeignPrunePlan plan = plan("bitnami");

    assertThat(plan.decisions().toDelete()).hasSize(1);
    assertThat(plan.newestKept())
        .extracting(one -> one.key().toString())
        .containsExactly("p/db-2024-05-02_10-00");
  }

  @Test
  void whatIsPinnedIsKept() throws Exception {
    put("p/db-2024-05-01_10-00", "p/db-2024-05-02_10-00");
    BackupNotes.of(store, InstantSource.fixed(NOW))
        .pin(BackupKey.parse("p/db-2024-05-01_10-00"), "audit", Optional.empty());

    ForeignPrunePlan plan = plan("bitnami");

    assertThat(plan.decisions().toDelete()).isEmpty();
    assertThat(plan.decisions().decisions().get(0).reason()).isEqualTo("pinned: audit");
  }

  @Test
  void theCompanionsOfWhatIsPinnedAreKeptWithIt() throws Exception {
    put(
        "p/main/2024-05-01T10:00:00Z-000001/etcd.backup.gz",
        "p/main/2024-05-01T10:00:00Z-000001/" + META,
        "p/main/2024-05-02T10:00:00Z-000001/etcd.backup.gz");
    BackupKey pinned = BackupKey.parse("p/main/2024-05-01T10:00:00Z-000001/etcd.backup.gz");
    BackupNotes.of(store, InstantSource.fixed(NOW)).pin(pinned, "audit", Optional.empty());

    assertThat(plan("etcd-manager").decisions().toDelete()).isEmpty();
  }

  @Test
  void ofTheSameTimeTheLaterRevisionIsTheNewer() throws Exception {
    put("p/v2/Full-00000000-1000000000-1714557600", "p/v2/Full-00000000-900000000-1714557600");

    assertThat(plan("gardener").decisions().toDelete())
        .extracting(one -> one.key().toString())
        .containsExactly("p/v2/Full-00000000-900000000-1714557600");
  }

  @Test
  void aPinnedCompanionIsKept() throws Exception {
    put(
        "p/main/2024-05-01T10:00:00Z-000001/etcd.backup.gz",
        "p/main/2024-05-01T10:00:00Z-000001/" + META,
        "p/main/2024-05-02T10:00:00Z-000001/etcd.backup.gz");
    BackupKey pinned = BackupKey.parse("p/main/2024-05-01T10:00:00Z-000001/" + META);
    BackupNotes.of(store, InstantSource.fixed(NOW)).pin(pinned, "audit", Optional.empty());

    ForeignPrunePlan plan = plan("etcd-manager");

    assertThat(plan.decisions().decisions())
        .filteredOn(one -> one.backup().key().equals(pinned))
        .extracting(Decision::reason)
        .containsExactly("pinned: audit");
    assertThat(pruning.prune(plan, false).deleted())
        .containsExactly(BackupKey.parse("p/main/2024-05-01T10:00:00Z-000001/etcd.backup.gz"));
  }

  @Test
  void theNotesOfDeletedBackupsAreDeleted() throws Exception {
    put("p/db-2024-05-01_10-00", "p/db-2024-05-02_10-00");
    BackupNotes notes = BackupNotes.of(store, InstantSource.fixed(NOW));
    notes.markBad(BackupKey.parse("p/db-2024-05-01_10-00"), "torn");
    notes.note(BackupKey.parse("p/db-2024-05-02_10-00"), "kept");

    pruning.prune(plan("bitnami"), false);

    assertThat(notes.list("p")).extracting(BackupNote::text).containsExactly("kept");
  }

  @Test
  void whatIsPinnedAfterThePlanWasMadeIsKept() throws Exception {
    put("p/db-2024-05-01_10-00", "p/db-2024-05-02_10-00");
    ForeignPrunePlan plan = plan("bitnami");
    BackupNotes.of(store, InstantSource.fixed(NOW))
        .pin(BackupKey.parse("p/db-2024-05-01_10-00"), "audit", Optional.empty());

    assertThatThrownBy(() -> pruning.prune(plan, false))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("p/db-2024-05-01_10-00 was pinned meanwhile; nothing was deleted");
    assertThat(left()).hasSize(2);
  }

  @Test
  void theCodeIsThatOfWhatWouldBeDeleted() throws Exception {
    put("p/db-2024-05-01_10-00", "p/db-2024-05-02_10-00");
    String code = plan("bitnami").code();

    assertThat(code).matches("[0-9a-f]{8}").isEqualTo(plan("bitnami").code());
    put("p/db-2024-05-03_10-00");
    assertThat(plan("bitnami").code()).isNotEqualTo(code);
    assertThat(pruning.plan("p", formats("bitnami"), RetentionPolicy.keepLast(9), NOW).code())
        .isEmpty();
  }
}
