package dev.etcdbackup.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupNameTest {
  private static final Instant EVENING = Instant.parse("2020-02-03T20:45:48Z");

  @Test
  void aPeriodicNameSaysPrefixRevisionAndTimeInUtc() {
    BackupName name = BackupName.parse("etcd.backup_v1200_2020-02-03-20:45:48");

    assertThat(name.kind()).isEqualTo(BackupKind.PERIODIC);
    assertThat(name.prefix()).isEqualTo("etcd.backup");
    assertThat(name.revision()).hasValue(1200);
    assertThat(name.time()).contains(EVENING);
    assertThat(name.isEncrypted()).isFalse();
  }

  @Test
  void aTarballNameSaysItsTimeAndNoRevision() {
    BackupName name = BackupName.parse("etcd-backup-2020-02-03-14-40-07.tar.gz");

    assertThat(name.kind()).isEqualTo(BackupKind.TARBALL);
    assertThat(name.prefix()).isEqualTo("etcd-backup");
    assertThat(name.revision()).isEmpty();
    assertThat(name.time()).contains(Instant.parse("2020-02-03T14:40:07Z"));
    assertThat(name.isEncrypted()).isFalse();
  }

  @Test
  void anEncryptedTarballBelongsToTheSeriesOfThePlainOnes() {
    BackupName name = BackupName.parse("etcd-backup-2020-02-03-14-40-07.tar.gz.gpg");

    assertThat(name.kind()).isEqualTo(BackupKind.TARBALL);
    assertThat(name.prefix()).isEqualTo("etcd-backup");
    assertThat(name.time()).contains(Instant.parse("2020-02-03T14:40:07Z"));
    assertThat(name.isEncrypted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "etcd.backup_v1_2020-02-03-20:45:48, PERIODIC, ''",
    "etcd.backup_v1_2020-02-03-20:45:48, PERIODIC, .zst",
    "etcd.backup_v1_2020-02-03-20:45:48, PERIODIC, .gpg",
    "etcd.backup_v1_2020-02-03-20:45:48, PERIODIC, .zst .gpg",
    "sub/a_v9_v1_2020-02-03-20:45:48, PERIODIC, .zst .gpg",
    "etcd-backup-2020-02-03-14-40-07, TARBALL, .tar.gz",
    "etcd-backup-2020-02-03-14-40-07, TARBALL, .tar.gz .gpg",
    "sub/etcd-backup-2020-02-03-14-40-07, TARBALL, .tar.gz .gpg",
  })
  void suffixesSayWhichEncodingsWereApplied(String base, BackupKind kind, String suffixes) {
    List<String> encodings = suffixes.isEmpty() ? List.of() : List.of(suffixes.split(" "));
    String text = base + String.join("", encodings);

    BackupName name = BackupName.parse(text);

    assertThat(name.kind()).isEqualTo(kind);
    assertThat(name.text()).isEqualTo(text);
    assertThat(name.base()).isEqualTo(base);
    assertThat(name.encodings()).isEqualTo(encodings);
    assertThat(name.isEncrypted()).isEqualTo(encodings.contains(".gpg"));
  }

  @Test
  void anEncodingIsAppendedWhereTheGrammarAllowsIt() {
    BackupName periodic = BackupName.parse("etcd.backup_v1_2020-02-03-20:45:48");
    BackupName tarball = BackupName.parse("etcd-backup-2020-02-03-14-40-07.tar.gz");

    assertThat(periodic.withEncoding(".zst").withEncoding(".gpg"))
        .isEqualTo(BackupName.parse("etcd.backup_v1_2020-02-03-20:45:48.zst.gpg"));
    assertThat(tarball.withEncoding(".gpg"))
        .isEqualTo(BackupName.parse("etcd-backup-2020-02-03-14-40-07.tar.gz.gpg"));
    for (String refused : List.of(".tar.gz", ".gz", "", "zst", ".gpg.zst", ".zst.gpg")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> periodic.withEncoding(refused))
          .withMessageContaining("'" + refused + "'");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> tarball.withEncoding(".zst"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> periodic.withEncoding(".gpg").withEncoding(".zst"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupName.parse("by-hand").withEncoding(".zst"));
  }

  @ParameterizedTest
  @CsvSource({
    "_v7_2020-02-03-20:45:48, ''",
    "a_v9_v7_2020-02-03-20:45:48, a_v9",
    "a_v9_2020-01-01-00:00:00_v7_2020-02-03-20:45:48, a_v9_2020-01-01-00:00:00",
    "_v_v7_2020-02-03-20:45:48, _v",
    "sub/dir/etcd.backup_v7_2020-02-03-20:45:48, sub/dir/etcd.backup",
    "/_v7_2020-02-03-20:45:48, /",
    "etcd-backup-2020-02-03-14-40-07.tar.gz_v7_2020-02-03-20:45:48, "
        + "etcd-backup-2020-02-03-14-40-07.tar.gz",
    "2020-02-03-20:45:48_v7_2020-02-03-20:45:48, 2020-02-03-20:45:48",
    "Ω\uD83D\uDE00_v7_2020-02-03-20:45:48, Ω\uD83D\uDE00",
    "' with blanks _v7_2020-02-03-20:45:48', ' with blanks '",
  })
  void aPeriodicNameIsReadFromItsEnd(String text, String prefix) {
    BackupName name = BackupName.parse(text);

    assertThat(name.kind()).isEqualTo(BackupKind.PERIODIC);
    assertThat(name.prefix()).isEqualTo(prefix);
    assertThat(name.revision()).hasValue(7);
    assertThat(name.time()).contains(EVENING);
  }

  @Test
  void aTarballInDirectoriesIsOneOfItsOwnSeries() {
    BackupName name = BackupName.parse("old/v1/etcd-backup-2020-02-03-14-40-07.tar.gz");

    assertThat(name.kind()).isEqualTo(BackupKind.TARBALL);
    assertThat(name.prefix()).isEqualTo("old/v1/etcd-backup");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "etcd.backup_v1_2020-13-03-20:45:48", // month 13
        "etcd.backup_v1_2020-00-03-20:45:48",
        "etcd.backup_v1_2020-02-30-20:45:48", // 30 February
        "etcd.backup_v1_2021-02-29-20:45:48", // no leap year
        "etcd.backup_v1_1900-02-29-20:45:48", // nor is this
        "etcd.backup_v1_2020-04-31-20:45:48",
        "etcd.backup_v1_2020-02-00-20:45:48",
        "etcd.backup_v1_2020-02-03-24:00:00",
        "etcd.backup_v1_2020-02-03-20:60:48",
        "etcd.backup_v1_2016-12-31-23:59:60", // a real leap second
        "etcd.backup_v1_2020-2-3-20:45:48",
        "etcd.backup_v1_02020-02-03-20:45:48",
        "etcd.backup_v1_+020-02-03-20:45:48",
        "etcd.backup_v1_-020-02-03-20:45:48",
        "etcd.backup_v1_2020-02-03-20:45:48 ", // something after the last field
        "etcd.backup_v1_2020-02-03-20:45:48\n",
        "etcd.backup_v1_2020-02-03-20:45:48Z",
        "etcd.backup_v1_2020-02-03-20:45:48.gpg.zst", // suffixes in an order that is not written
        "etcd.backup_v1_2020-02-03-20:45:48.zst.zst",
        "etcd.backup_v1_2020-02-03-20:45:48.gpg.gpg",
        "etcd.backup_v1_2020-02-03-20:45:48.ZST",
        "etcd.backup_v1_2020-02-03-20:45:48.zst.gpg.zst",
        "etcd.backup_v1_2020-02-03-20:45:48.tar.gz",
        "etcd.backup_v1_2020-02-03-20:45:48.tar.gz.gpg",
        "etcd.backup_v1_2020-02-03-20:45:48.gz",
        "etcd.backup_v1_2020-02-03-20:45:48.zst ",
        ".zst.gpg",
        "etcd.backup_v1_2020-02-03-20-45-48", // the tarball's separators
        "etcd.backup_v1_2020-02-03T20:45:48",
        "etcd.backup_v1_2020-02-03_20:45:48",
        "etcd.backup_v1_2020/02/03-20:45:48",
        "etcd.backup_v1_2020-02-03-20:45-48",
        "etcd.backup_v1_2020-02-03-20-45:48",
        "etcd.backup_v1-2020-02-03-20:45:48",
        "etcd.backup_v12020-02-03-20:45:48",
        "etcd.backup_v_2020-02-03-20:45:48", // no revision
        "etcd.backup_v-1_2020-02-03-20:45:48",
        "etcd.backup_v+1_2020-02-03-20:45:48",
        "etcd.backup_v1a_2020-02-03-20:45:48",
        "etcd.backup_v0x1_2020-02-03-20:45:48",
        "etcd.backup_v01_2020-02-03-20:45:48", // leading zeros
        "etcd.backup_v00_2020-02-03-20:45:48",
        "etcd.backup_v9223372036854775808_2020-02-03-20:45:48", // one more than fits
        "etcd.backup_v9999999999999999999_2020-02-03-20:45:48",
        "etcd.backup_v18446744073709551617_2020-02-03-20:45:48", // 1 after 64 bits
        "etcd.backup_V1_2020-02-03-20:45:48",
        "etcd.backup-v1_2020-02-03-20:45:48",
        "v1_2020-02-03-20:45:48",
        "_1_2020-02-03-20:45:48",
        "etcd.backup_v١_2020-02-03-20:45:48", // digits, but not ASCII ones
        "etcd.backup_v1_２０２０-02-03-20:45:48",
        "etcd.backup_v1_2020-02-03-20:45:4८",
      })
  void whatIsNotExactlyAPeriodicNameIsOther(String text) {
    assertIsOther(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "etcd-backup-2020-13-03-14-40-07.tar.gz",
        "etcd-backup-2020-02-30-14-40-07.tar.gz",
        "etcd-backup-2016-12-31-23-59-60.tar.gz",
        "etcd-backup-2020-02-03-24-00-00.tar.gz",
        "etcd-backup-2020-02-03-14:40:07.tar.gz",
        "etcd-backup-2020-02-03-14-40-07.tgz",
        "etcd-backup-2020-02-03-14-40-07.tar",
        "etcd-backup-2020-02-03-14-40-07",
        "etcd-backup-2020-02-03-14-40-07.tar.gz.zst",
        "etcd-backup-2020-02-03-14-40-07.tar.gz.zst.gpg",
        "etcd-backup-2020-02-03-14-40-07.gpg.tar.gz",
        "etcd-backup-2020-02-03-14-40-07.gpg",
        "etcd-backup-2020-02-03-14-40-07.zst",
        "etcd-backup-2020-02-03-14-40-07.tar.gz.gpg.gpg",
        "etcd-backup-2020-02-03-14-40-07.tar.gz ",
        "etcd-backup-2020-02-03-14-40-07.TAR.GZ",
        "etcd-backup-2020-02-03-14-40-07-1.tar.gz",
        "etcd-backup-2020-02-03-14-40.tar.gz",
        "etcd-backup-١٠٢٠-02-03-14-40-07.tar.gz",
        "etcd-backup_2020-02-03-14-40-07.tar.gz",
        "etcd_backup-2020-02-03-14-40-07.tar.gz",
        "my-etcd-backup-2020-02-03-14-40-07.tar.gz",
        "backup-2020-02-03-14-40-07.tar.gz",
        "-2020-02-03-14-40-07.tar.gz",
        ".tar.gz",
        ".gpg",
        ".tar.gz.gpg",
      })
  void whatIsNotExactlyATarballNameIsOther(String text) {
    assertIsOther(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "_v",
        "etcd.backup",
        "manual-before-upgrade",
        "post_install.backup_2020-02-03-20:45:48",
        "cray-fas-etcd-hms_backup_2020-02-03_20-45-48",
        "3.1.8_000000000000002a_etcd.backup",
        "cray-bos_etcd_upgrade.snapshot-3.db",
        "db-2020-02-03_20-45",
        "etcd-snapshot-node1-1580762748.zip",
        "snapshot_2020-02-03_204548.db",
        "v2/Full-00000000-00009002-1580762748.gz",
      })
  void manualAndForeignNamesAreOther(String text) {
    assertIsOther(text);
  }

  @Test
  void theLimitsOfEveryFieldAreRead() {
    assertThat(BackupName.parse("x_v9223372036854775807_9999-12-31-23:59:59").revision())
        .hasValue(Long.MAX_VALUE);
    assertThat(BackupName.parse("x_v0_0000-01-01-00:00:00").revision()).hasValue(0);
    assertThat(BackupName.parse("x_v0_0000-02-29-00:00:00").time()).isPresent();
    assertThat(BackupName.parse("x_v0_2000-02-29-00:00:00").time())
        .contains(Instant.parse("2000-02-29T00:00:00Z"));
  }

  @Test
  void namesAreWrittenInUtcToTheSecond() {
    Instant time = Instant.parse("2020-02-03T04:05:06.999999999Z");

    BackupName periodic = BackupName.periodic("etcd.backup", 240, time);
    BackupName tarball = BackupName.tarball(time);

    assertThat(periodic).hasToString("etcd.backup_v240_2020-02-03-04:05:06");
    assertThat(periodic.time()).contains(Instant.parse("2020-02-03T04:05:06Z"));
    assertThat(tarball).hasToString("etcd-backup-2020-02-03-04-05-06.tar.gz");
    assertThat(tarball.time()).contains(Instant.parse("2020-02-03T04:05:06Z"));
  }

  @Test
  void aTimeBefore1970LosesItsFractionDownwards() {
    BackupName name = BackupName.periodic("p", 1, Instant.parse("1969-12-31T23:59:58.5Z"));

    assertThat(name).hasToString("p_v1_1969-12-31-23:59:58");
    assertThat(BackupName.parse(name.text())).isEqualTo(name);
  }

  @Test
  void badArgumentsAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BackupName.periodic("p", -1, EVENING))
        .withMessageContaining("-1")
        .withMessageContaining("0 or more");
    for (Instant outside :
        List.of(
            Instant.parse("+10000-01-01T00:00:00Z"),
            Instant.parse("-0001-12-31T23:59:59Z"),
            Instant.MIN,
            Instant.MAX)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> BackupName.periodic("p", 1, outside))
          .withMessageContaining("0 to 9999");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> BackupName.tarball(outside))
          .withMessageContaining("0 to 9999");
    }
  }

  @Test
  void theOrderIsTimeThenRevisionAsANumberThenText() {
    List<String> oldestFirst =
        List.of(
            "a manual one", // no time: before all others, by text
            "zz",
            "\uE000", // in UTF-8 before what lies beyond the basic plane
            "\uD83D\uDE00",
            "etcd.backup_v9001_2020-02-02-00:00:00", // an old generation, higher revision
            "etcd-backup-2020-02-03-00-00-00.tar.gz", // no revision: before all others
            "etcd-backup-2020-02-03-00-00-00.tar.gz.gpg",
            "etcd.backup_v0_2020-02-03-00:00:00",
            "etcd.backup_v240_2020-02-03-00:00:00",
            "a_v1200_2020-02-03-00:00:00",
            "b_v1200_2020-02-03-00:00:00",
            "etcd.backup_v526_2020-02-04-00:00:00");

    List<BackupName> shuffled =
        oldestFirst.stream().sorted().map(BackupName::parse).collect(Collectors.toList());
    shuffled.sort(BackupName.OLDEST_FIRST);

    assertThat(shuffled).map(BackupName::text).containsExactlyElementsOf(oldestFirst);
  }

  @Test
  void namesOfOneSecondAndRevisionAreOfTheSameAge() {
    BackupName a = BackupName.parse("a_v7_2020-02-03-20:45:48");
    BackupName b = BackupName.parse("b_v7_2020-02-03-20:45:48");

    assertThat(a.compareAge(b)).isZero();
    assertThat(a.compareAge(BackupName.parse("manual"))).isPositive();
    assertThat(BackupName.parse("manual").compareAge(BackupName.parse("another"))).isZero();
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
