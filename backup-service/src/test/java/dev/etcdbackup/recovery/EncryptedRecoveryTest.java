package dev.etcdbackup.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.BackupEncoding;
import dev.etcdbackup.BackupEncodings;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Content;
import dev.etcdbackup.KeyUnavailableException;
import dev.etcdbackup.Recipients;
import dev.etcdbackup.name.BackupName;
import dev.etcdbackup.service.BackupService;
import dev.etcdbackup.testkit.FixedSnapshotSource;
import dev.etcdbackup.testkit.InMemoryBackupStore;
import dev.etcdbackup.testkit.TestSnapshots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Plans for projects whose backups are encrypted. */
class EncryptedRecoveryTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final byte[] SNAPSHOT = TestSnapshots.bytes(1, 10);
  private static final String PLAIN = "etcd.backup_v700_2020-02-03-02:00:00";
  private static final String ENCRYPTED = "etcd.backup_v710_2020-02-03-20:00:00.gpg";

  private final InMemoryBackupStore store = new InMemoryBackupStore(() -> NOW);
  private final LostCluster cluster = LostCluster.automated("p");

  /** Claims to encrypt to the keys A and B, and leaves the bytes as they are. */
  private record Pretended(List<String> atHand) implements BackupEncoding {
    @Override
    public String suffix() {
      return ".gpg";
    }

    @Override
    public Content encode(Content content, BackupName name) {
      return content;
    }

    @Override
    public boolean canDecode() {
      return !atHand.isEmpty();
    }

    @Override
    public InputStream decode(InputStream encoded, BackupName name) throws KeyUnavailableException {
      if (!atHand.contains("A")) {
        throw new KeyUnavailableException(name + " is encrypted to A");
      }
      return encoded;
    }

    @Override
    public Optional<Recipients> encryptedTo(InputStream encoded, BackupName name) {
      return Optional.of(
          new Recipients(
              List.of("A", "B"), atHand.stream().filter(List.of("A", "B")::contains).toList()));
    }
  }

  private void put(String name, byte[] bytes) throws IOException {
    store.put(BackupKey.of("p", name), Content.of(new ByteArrayInputStream(bytes), bytes.length));
  }

  private Recovery with(BackupEncodings encodings) {
    return new Recovery(
        BackupService.builder(store).clock(() -> NOW).encodings(encodings).build(), () -> NOW);
  }

  private Recovery withKeys(String... keys) {
    return with(BackupEncodings.of(new Pretended(List.of(keys))));
  }

  @Test
  void thePlanSaysWhichKeyTheBackupNeedsAndThatItIsAtHand() throws Exception {
    put(ENCRYPTED, SNAPSHOT);

    RecoveryPlan plan = withKeys("A", "C").plan(cluster);

    assertThat(plan.recipients()).contains(new Recipients(List.of("A", "B"), List.of("A")));
    assertThat(plan.lines())
        .containsExactly(
            "restore p/" + ENCRYPTED + ", 1h old",
            "it is encrypted to A, B; the given private key is A");
  }

  @Test
  void withoutTheKeyOfTheNewestThereIsNoPlanAndNoRebuild() throws Exception {
    put(PLAIN, SNAPSHOT);
    put(ENCRYPTED, SNAPSHOT);

    for (Recovery recovery : List.of(withKeys(), withKeys("C"))) {
      assertThatExceptionOfType(KeyUnavailableException.class)
          .isThrownBy(() -> recovery.plan(cluster))
          .withMessage(
              "p/"
                  + ENCRYPTED
                  + " is encrypted to A, B, and none of their private keys was given; give one of"
                  + " these private keys");
    }
    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> with(BackupEncodings.none()).plan(cluster))
        .withMessageContaining("is encrypted to keys that are not known");
  }

  @Test
  void anOlderOneThatIsTheLastGoodOneNeedsItsKeyToo() throws Exception {
    put("etcd.backup_v720_2020-02-03-20:30:00", new byte[9000]);
    put(ENCRYPTED, SNAPSHOT);

    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> withKeys().plan(cluster))
        .withMessageStartingWith("p/" + ENCRYPTED + " is encrypted to A, B");
    assertThat(withKeys("A").plan(cluster).backup().orElseThrow().key().name())
        .isEqualTo(ENCRYPTED);
  }

  @Test
  void whereNoBackupIsNeededAMissingKeyIsPassedOver() throws Exception {
    put(ENCRYPTED, SNAPSHOT);

    RecoveryPlan rebuilt = withKeys().plan(LostCluster.notAutomated("p"));
    assertThat(rebuilt.way()).isEqualTo(RecoveryPlan.Way.REBUILD);
    assertThat(rebuilt.passedOver()).hasSize(1);
    RecoveryPlan saved =
        withKeys().plan(cluster.withSurvivors(List.of(FixedSnapshotSource.of(SNAPSHOT))));
    assertThat(saved.way()).isEqualTo(RecoveryPlan.Way.SURVIVOR);
    // The key of another recipient is noticed only when the backup is read.
    RecoveryPlan other = withKeys("C").plan(LostCluster.notAutomated("p"));
    assertThat(other.way()).isEqualTo(RecoveryPlan.Way.REBUILD);
    assertThat(other.lines().get(0))
        .isEqualTo("PASSED OVER p/" + ENCRYPTED + ": " + ENCRYPTED + " is encrypted to A");
  }

  @Test
  void theNewestGoodOneIsFoundBehindOneToAnotherKey() throws Exception {
    put(PLAIN, SNAPSHOT);
    put(ENCRYPTED, SNAPSHOT);
    BackupService service =
        BackupService.builder(store)
            .clock(() -> NOW)
            .encodings(BackupEncodings.of(new Pretended(List.of("C"))))
            .build();

    assertThat(service.newestGood("p").backup().orElseThrow().key().name()).isEqualTo(PLAIN);
    store.delete(List.of(BackupKey.of("p", PLAIN)));
    assertThatExceptionOfType(KeyUnavailableException.class)
        .isThrownBy(() -> service.newestGood("p"));
  }
}
