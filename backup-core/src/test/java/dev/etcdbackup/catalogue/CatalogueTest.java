package dev.etcdbackup.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.catalogue.ForeignBackup.Role;
import dev.etcdbackup.catalogue.ForeignBackup.TimeSource;
import dev.etcdbackup.name.BackupKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CatalogueTest {
  private static final Instant RECEIVED = Instant.parse("2025-01-01T00:00:00Z");

  /** A line of {@code names.txt}. */
  record Line(String format, String role, String time, String series, String revision, String key) {
    static Line of(String text) {
      String[] f = text.split(" ", 6);
      return new Line(f[0], f[1], f[2], f[3].equals("-") ? "" : f[3], f[4], f[5]);
    }

    @Override
    public String toString() {
      return format + ' ' + key;
    }
  }

  static Stream<Line> names() {
    return lines().stream();
  }

  static List<Line> lines() {
    try (InputStream in =
        Objects.requireNonNull(CatalogueTest.class.getResourceAsStream("names.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(Line::of)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Backup backup(String key) {
    return Backup.of(new StoredBackup(BackupKey.parse(key), 10, RECEIVED, ""), ZoneOffset.UTC);
  }

  /** The formats that claim a key, whatever the order in which they are asked. */
  private static Set<String> claims(String key) {
    return Formats.TABLE.stream()
        .filter(one -> one.read(KeyParts.of(key, ZoneOffset.UTC)) != null)
        .map(one -> one.format().label())
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @MethodSource("names")
  void readsRealNames(Line line) {
    Backup backup = backup(line.key());

    assertThat(Catalogue.utc().label(backup)).isEqualTo(line.format());
    if (line.role().equals("-")) {
      assertThat(backup.kind().name()).isEqualToIgnoringCase(line.format());
      assertThat(Catalogue.utc().find(backup)).isEmpty();
      return;
    }
    ForeignBackup found = Catalogue.utc().find(backup).orElseThrow();
    assertThat(backup.kind()).as("it is never a candidate of a prune").isEqualTo(BackupKind.OTHER);
    assertThat(found.role().label()).isEqualTo(line.role());
    boolean named = !line.time().equals("-");
    assertThat(found.time()).isEqualTo(named ? Instant.parse(line.time()) : RECEIVED);
    assertThat(found.timeSource()).isEqualTo(named ? TimeSource.NAME : TimeSource.LAST_MODIFIED);
    assertThat(found.series()).isEqualTo(line.series());
    assertThat(found.revision().isPresent()).isEqualTo(!line.revision().equals("-"));
    found.revision().ifPresent(it -> assertThat(it).isEqualTo(Long.parseLong(line.revision())));
  }

  @ParameterizedTest
  @MethodSource("names")
  void noNameIsClaimedByTwo(Line line) {
    boolean foreign = !Set.of("periodic", "tarball", "other").contains(line.format());

    assertThat(claims(line.key())).isEqualTo(foreign ? Set.of(line.format()) : Set.of());
  }

  @Test
  void everyFormatHasRealNamesAndAnExampleOfItsOwn() {
    Set<String> tested = names().map(Line::format).collect(Collectors.toSet());

    for (ForeignFormat format : Catalogue.formats()) {
      assertThat(tested).contains(format.label());
      assertThat(claims(format.example())).containsExactly(format.label());
      assertThat(format.label()).matches("[a-z0-9]+(-[a-z0-9]+)*");
      assertThat(Catalogue.format(format.label())).contains(format);
    }
    Set<String> kinds =
        Stream.of(BackupKind.values())
            .map(kind -> kind.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    assertThat(Catalogue.formats()).extracting(ForeignFormat::label).doesNotHaveDuplicates();
    assertThat(Catalogue.formats()).extracting(ForeignFormat::label).doesNotContainSequence(kinds);
    assertThat(Catalogue.format("other")).isEmpty();
  }

  /** The beginning of one real name with the end of another is in one format at most. */
  @Property(tries = 3000)
  void crossedNamesAreNotAmbiguous(
      @ForAll @IntRange(max = 10_000) int first,
      @ForAll @IntRange(max = 10_000) int second,
      @ForAll @IntRange(max = 99) int cut) {
    List<Line> all = lines();
    String a = all.get(first % all.size()).key();
    String b = all.get(second % all.size()).key();
    String crossed = a.substring(0, a.length() * cut / 100) + b.substring(b.length() * cut / 100);

    assertThat(claims(crossed)).hasSizeLessThanOrEqualTo(1);
    assertThat(claims(a + '/' + b)).hasSizeLessThanOrEqualTo(1);
  }

  @Property(tries = 2000)
  void readsAnyText(@ForAll String key) {
    assertThat(Catalogue.utc().find(backup(key)).map(ForeignBackup::key).orElse(null))
        .isIn(null, BackupKey.parse(key));
  }

  @Test
  void readsLongHostileNamesAtOnce() {
    for (String part : List.of("-", "_", "a-", "a_", "1", "-rev1", ".snap", "/v2/Full-", "_2024")) {
      String key = "p/" + part.repeat(1000 / part.length());
      for (String end : List.of("", ".db", ".snap", ".db.tar.gz", "_etcd.backup", "-rev1.db")) {
        assertThat(claims(key + end)).hasSizeLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void localTimesAreReadInTheZone() {
    Catalogue zurich = Catalogue.inZone(ZoneId.of("Europe/Zurich"));

    assertThat(zurich.find(backup("ocp/snapshot_2021-06-25_190035.db")).orElseThrow().time())
        .isEqualTo("2021-06-25T17:00:35Z");
    assertThat(zurich.find(backup("p/db-2024-05-01_10-00")).orElseThrow().time())
        .as("Bitnami writes UTC")
        .isEqualTo("2024-05-01T10:00:00Z");
  }

  @Test
  void aSnapshotAndItsCompanionsAreAGroup() {
    assertGroup(
        "k3s/etcd-snapshot-server-0-1714557600", "k3s/.metadata/etcd-snapshot-server-0-1714557600");
    assertGroup(
        "ocp/snapshot_2021-06-25_190035.db", "ocp/static_kuberesources_2021-06-25_190035.tar.gz");
    assertGroup(
        "kops/main/2018-08-24T21:55:40Z-000001/etcd.backup.gz",
        "kops/main/2018-08-24T21:55:40Z-000001/_etcd_backup.meta");
    assertGroup(
        "etcd-main/v2/Full-00000000-00009002-1518427675",
        "etcd-main/v2/Full-00000000-00009002-1518427675/0000000001");
  }

  @Test
  void namesThatAnAdministratorOfK3sChoseAreReadWhenTheyAreGiven() {
    Catalogue given = Catalogue.utc().withK3sNames(List.of("nightly", "before.upgrade"));
    Backup nightly = backup("k3s/nightly-server-0-1714557600.zip");
    Backup metadata = backup("k3s/.metadata/nightly-server-0-1714557600.zip");

    assertThat(Catalogue.utc().find(nightly)).isEmpty();
    ForeignBackup found = given.find(nightly).orElseThrow();
    assertThat(found.format().label()).isEqualTo("k3s");
    assertThat(found.time()).isEqualTo("2024-05-01T10:00:00Z");
    assertThat(found.series()).isEqualTo("nightly-server-0");
    assertThat(given.find(metadata).orElseThrow().role()).isEqualTo(Role.COMPANION);
    assertThat(given.label(backup("k3s/before.upgrade-a-1714557600"))).isEqualTo("k3s");
    assertThat(given.label(backup("k3s/before-upgrade-a-1714557600"))).isEqualTo("other");
    assertThat(given.label(backup("k3s/nightly-server-0"))).isEqualTo("other");
    for (Line line : lines()) {
      assertThat(given.label(backup(line.key()))).isEqualTo(line.format());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Catalogue.utc().withK3sNames(List.of("a/b")));
  }

  private static void assertGroup(String snapshot, String companion) {
    ForeignBackup one = Catalogue.utc().find(backup(snapshot)).orElseThrow();
    ForeignBackup other = Catalogue.utc().find(backup(companion)).orElseThrow();

    assertThat(one.role()).isEqualTo(Role.SNAPSHOT);
    assertThat(other.role()).isEqualTo(Role.COMPANION);
    assertThat(other.group()).isEqualTo(one.group()).isNotEmpty();
    assertThat(other.series()).isEqualTo(one.series());
  }

  @Test
  void encodingsAreThoseOfTheName() {
    assertThat(encodings("talos/prod-2024-05-01T10:00:00Z.snap.zst.age"))
        .containsExactly("zstd", "age");
    assertThat(encodings("k3s/on-demand-a-1641402000.zip")).containsExactly("zip");
    assertThat(encodings("gs/a-v3-2019-10-21T14-45-02.db.tar.gz.enc"))
        .containsExactly("tar", "gzip", "openpgp");
    assertThat(encodings("etcd-main/v2/Full-00000000-00009002-1518427675.gz"))
        .containsExactly("gzip");
    assertThat(encodings("cray-bss/db-2024-05-01_10-00")).isEmpty();
  }

  private static List<String> encodings(String key) {
    return Catalogue.utc().find(backup(key)).orElseThrow().encodings();
  }

  @Test
  void theOrderIsTimeThenRevisionAsANumber() {
    List<String> keys =
        List.of(
            "m/v2/Full-00000000-00009002-1518427675",
            "m/v2/Full-00000000-100000000-1518427675",
            "m/v2/Full-00000000-00000001-1518427676");

    assertThat(
            keys.stream()
                .sorted(Comparator.reverseOrder())
                .map(key -> Catalogue.utc().find(backup(key)).orElseThrow())
                .sorted(ForeignBackup.OLDEST_FIRST)
                .map(one -> one.key().toString()))
        .isEqualTo(keys);
  }
}
