package dev.etcdbackup.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of recorded changes. */
class ChangesNameTest {
  @Test
  void changesSayTheirFirstAndTheirLastRevision() {
    Instant time = Instant.parse("2020-01-30T20:44:41.9Z");
    BackupName name = BackupName.changes(1451, 1520, time);

    assertThat(name.text()).isEqualTo("etcd.changes_v1451-v1520_2020-01-30-20:44:41");
    assertThat(name).isEqualTo(BackupName.parse(name.text()));
    assertThat(name.kind()).isEqualTo(BackupKind.CHANGES);
    assertThat(name.kind().hasSeries()).isFalse();
    assertThat(name.firstRevision()).hasValue(1451);
    assertThat(name.revision()).hasValue(1520);
    assertThat(name.time()).hasValue(Instant.parse("2020-01-30T20:44:41Z"));
    BackupName encoded = name.withEncoding(".zst").withEncoding(".gpg");
    assertThat(encoded.base()).isEqualTo(name.text());
    assertThat(encoded).isEqualTo(BackupName.parse(name.text() + ".zst.gpg"));
    assertThat(encoded.firstRevision()).hasValue(1451);
    assertThat(BackupName.parse("a/" + name.text()).prefix()).isEqualTo("a/etcd.changes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "etcd.changes_v0-v5_2020-01-30-20:44:41",
        "etcd.changes_v6-v5_2020-01-30-20:44:41",
        "etcd.changes_v05-v6_2020-01-30-20:44:41",
        "etcd.changes_v5-v06_2020-01-30-20:44:41",
        "etcd.changes_v5-v6_2020-02-30-20:44:41",
        "etcd.changes_v5-v6_2020-01-30-20-44-41",
        "etcd.changes_v5-v6_2020-01-30-20:44:41.tar.gz",
        "etcd.changes_v5-v99999999999999999999_2020-01-30-20:44:41",
        "etcd.changes_v-v6_2020-01-30-20:44:41",
        "etcd.changes_v5-6_2020-01-30-20:44:41",
        "etcd.changes_5-v6_2020-01-30-20:44:41",
        "my-etcd.changes_v5-v6_2020-01-30-20:44:41",
        "etcd.backup_v5-v6_2020-01-30-20:44:41",
        "-v6_2020-01-30-20:44:41",
        "etcd.changes_v6_v6-v7-v6_2020-01-30-20:44:41"
      })
  void whatIsNotExactlyANameOfChangesIsOther(String text) {
    assertIsOther(text);
  }

  /** A recorder that writes once in a while has them when a cluster is at rest. */
  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2", "7, 7"})
  void aSingleRevisionAndTheFirstAreChangesToo(long from, long to) {
    BackupName name = BackupName.changes(from, to, Instant.parse("2020-01-30T20:44:41Z"));
    BackupName read = BackupName.parse(name.text());

    assertThat(read).isEqualTo(name);
    assertThat(read.kind()).isEqualTo(BackupKind.CHANGES);
    assertThat(read.firstRevision()).hasValue(from);
    assertThat(read.revision()).hasValue(to);
  }

  @Test
  void changesOutOfRangeAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupName.changes(0, 5, Instant.EPOCH))
        .withMessageContaining("0 to 5");
    assertThatIllegalArgumentException().isThrownBy(() -> BackupName.changes(6, 5, Instant.EPOCH));
  }

  private static void assertIsOther(String text) {
    BackupName name = BackupName.parse(text);

    assertThat(name.kind()).as(text).isEqualTo(BackupKind.OTHER);
    assertThat(name.text()).isEqualTo(text);
    assertThat(name.prefix()).isEmpty();
    assertThat(name.time()).isEmpty();
    assertThat(name.revision()).isEmpty();
    assertThat(name.isEncrypted()).isFalse();
  }
}
