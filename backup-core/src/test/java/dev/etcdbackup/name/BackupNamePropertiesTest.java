package dev.etcdbackup.name;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class BackupNamePropertiesTest {
  private static final long YEAR_0 = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
  private static final long YEAR_9999 = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
  private static final List<ZoneId> ZONES =
      List.of(
          ZoneOffset.UTC,
          ZoneId.of("Europe/Berlin"),
          ZoneId.of("America/St_Johns"),
          ZoneId.of("Pacific/Apia"),
          ZoneOffset.MIN,
          ZoneOffset.MAX);

  @Property
  void aPeriodicNameParsesToItself(
      @ForAll("prefixes") String prefix,
      @ForAll("revisions") long revision,
      @ForAll("times") Instant time) {
    BackupName written = BackupName.periodic(prefix, revision, time);
    BackupName read = BackupName.parse(written.text());

    assertThat(read).isEqualTo(written);
    assertThat(read.kind()).isEqualTo(BackupKind.PERIODIC);
    assertThat(read.prefix()).isEqualTo(prefix);
    assertThat(read.revision()).hasValue(revision);
    assertThat(read.time()).contains(Instant.ofEpochSecond(time.getEpochSecond()));
    assertThat(BackupName.periodic(prefix, revision, read.time().orElseThrow())).isEqualTo(read);
  }

  @Property
  void aTarballNameParsesToItself(@ForAll("times") Instant time) {
    BackupName written = BackupName.tarball(time);
    BackupName read = BackupName.parse(written.text());

    assertThat(read).isEqualTo(written);
    assertThat(read.kind()).isEqualTo(BackupKind.TARBALL);
    assertThat(read.prefix()).isEqualTo(written.prefix());
    assertThat(read.time()).contains(Instant.ofEpochSecond(time.getEpochSecond()));
    assertThat(BackupName.tarball(read.time().orElseThrow())).isEqualTo(read);
  }

  @Property
  void whatIsRecognisedIsCanonical(@ForAll("names") String text) {
    BackupName name = BackupName.parse(text);

    switch (name.kind()) {
      case PERIODIC ->
          assertThat(
                  BackupName.periodic(
                          name.prefix(), name.revision().orElseThrow(), name.time().orElseThrow())
                      .text())
              .isEqualTo(name.base());
      case TARBALL ->
          assertThat(text)
              .startsWith(name.prefix())
              .contains(BackupName.tarball(name.time().orElseThrow()).text());
      case CHANGES ->
          assertThat(text)
              .startsWith(name.prefix())
              .contains(
                  BackupName.changes(
                          name.firstRevision().orElseThrow(),
                          name.revision().orElseThrow(),
                          name.time().orElseThrow())
                      .text());
      case OTHER -> assertThat(name.time()).isEmpty();
    }
  }

  @Property
  void encodingsAreAppendedToTheBaseNameAndReadFromIt(
      @ForAll("prefixes") String prefix,
      @ForAll("revisions") long revision,
      @ForAll("times") Instant time,
      @ForAll("suffixes") List<String> suffixes) {
    BackupName base = BackupName.periodic(prefix, revision, time);
    BackupName name = base;
    for (String suffix : suffixes) {
      name = name.withEncoding(suffix);
    }

    assertThat(name.text()).isEqualTo(base.text() + String.join("", suffixes));
    assertThat(name).isEqualTo(BackupName.parse(name.text()));
    assertThat(name.base()).isEqualTo(base.text());
    assertThat(name.encodings()).isEqualTo(suffixes);
    assertThat(name.kind()).isEqualTo(BackupKind.PERIODIC);
    assertThat(name.prefix()).isEqualTo(prefix);
    assertThat(name.revision()).isEqualTo(base.revision());
    assertThat(name.compareAge(base)).isZero();
    assertThat(name.isEncrypted()).isEqualTo(suffixes.contains(".gpg"));
  }

  @Provide
  Arbitrary<List<String>> suffixes() {
    return Arbitraries.of(List.of(), List.of(".zst"), List.of(".gpg"), List.of(".zst", ".gpg"));
  }

  @Property
  void everyNameIsItsBaseNameAndItsEncodings(@ForAll("names") String text) {
    BackupName name = BackupName.parse(text);

    assertThat(name.base() + String.join("", name.encodings())).isEqualTo(text);
    if (name.kind() == BackupKind.OTHER) {
      assertThat(name.encodings()).isEmpty();
    }
  }

  @Property
  void noTextThrowsOrIsLost(@ForAll("names") String text, @ForAll("zones") ZoneId zone) {
    BackupName name = BackupName.parse(text, zone);

    assertThat(name.text()).isEqualTo(text);
    assertThat(name)
        .isEqualTo(BackupName.parse(text, zone))
        .hasSameHashCodeAs(BackupName.parse(text));
    assertThat(name.time().isEmpty()).isEqualTo(name.kind() == BackupKind.OTHER);
    assertThat(name.revision().isPresent())
        .isEqualTo(name.kind() == BackupKind.PERIODIC || name.kind() == BackupKind.CHANGES);
    assertThat(name.firstRevision().isPresent()).isEqualTo(name.kind() == BackupKind.CHANGES);
  }

  @Property
  void theOrderIsTotalAndTransitive(
      @ForAll("names") String x, @ForAll("names") String y, @ForAll("names") String z) {
    BackupName a = BackupName.parse(x);
    BackupName b = BackupName.parse(y);
    BackupName c = BackupName.parse(z);

    assertThat(order(a, b)).isEqualTo(-order(b, a));
    assertThat(order(a, b) == 0).isEqualTo(a.equals(b));
    BackupName[] sorted = {a, b, c};
    Arrays.sort(sorted, BackupName.OLDEST_FIRST);
    assertThat(order(sorted[0], sorted[1])).isLessThanOrEqualTo(0);
    assertThat(order(sorted[1], sorted[2])).isLessThanOrEqualTo(0);
    assertThat(order(sorted[0], sorted[2])).isLessThanOrEqualTo(0);
  }

  @Property
  void textsCompareAsTheirUtf8BytesDo(
      @ForAll("validTexts") String a, @ForAll("validTexts") String b) {
    int bytes =
        Arrays.compareUnsigned(
            a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    assertThat(Integer.signum(BackupName.compareUtf8(a, b))).isEqualTo(Integer.signum(bytes));
  }

  @Property
  void textsThatAreNotValidUtf16HaveAPlaceToo(
      @ForAll("brokenTexts") String a,
      @ForAll("brokenTexts") String b,
      @ForAll("brokenTexts") String c) {
    assertThat(compare(a, b)).isEqualTo(-compare(b, a));
    assertThat(compare(a, b) == 0).isEqualTo(a.equals(b));
    if (compare(a, b) <= 0 && compare(b, c) <= 0) {
      assertThat(compare(a, c)).isLessThanOrEqualTo(0);
    }
  }

  @Provide
  Arbitrary<Instant> times() {
    return Arbitraries.longs()
        .between(YEAR_0, YEAR_9999)
        .flatMap(
            second ->
                Arbitraries.longs()
                    .between(0, 999_999_999)
                    .map(nano -> Instant.ofEpochSecond(second, nano)));
  }

  @Provide
  Arbitrary<Long> revisions() {
    return Arbitraries.longs().between(0, Long.MAX_VALUE);
  }

  @Provide
  Arbitrary<ZoneId> zones() {
    return Arbitraries.of(ZONES);
  }

  @Provide
  Arbitrary<String> prefixes() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "etcd.backup",
            "",
            "_v9",
            "a_v9_2020-02-03-20:45:48",
            "sub/etcd.backup",
            "etcd-backup-2020-02-03-14-40-07.tar.gz",
            "2020-02-03-20:45:48",
            "1"),
        brokenTexts());
  }

  /** Names of all kinds, of few prefixes, revisions and times, and such with one char changed. */
  @Provide
  Arbitrary<String> names() {
    Arbitrary<String> whole =
        Arbitraries.oneOf(
            Combinators.combine(
                    Arbitraries.of("etcd.backup", "a_v9", ""),
                    Arbitraries.of(
                        "0",
                        "9",
                        "10",
                        "99",
                        "100",
                        "9223372036854775807",
                        "9223372036854775808",
                        "07"),
                    Arbitraries.of(
                        "2020-02-03-20:45:48",
                        "2020-02-03-20:45:49",
                        "2020-02-30-20:45:48",
                        "0000-01-01-00:00:00"))
                .as((prefix, revision, time) -> prefix + "_v" + revision + "_" + time)
                .flatMap(name -> Arbitraries.of("", ".zst", ".gpg", ".zst.gpg").map(name::concat)),
            Combinators.combine(
                    Arbitraries.of("", "sub/", "x"),
                    Arbitraries.of(
                        "2020-02-03-20-45-48",
                        "2020-02-03-20-45-49",
                        "9999-12-31-23-59-59",
                        "2020-13-01-00-00-00"),
                    Arbitraries.of(".tar.gz", ".tar.gz.gpg", ".tgz", ""))
                .as((directory, time, suffix) -> directory + "etcd-backup-" + time + suffix),
            Combinators.combine(
                    Arbitraries.of("", "sub/", "x"),
                    Arbitraries.of("1-v1", "1-v9", "9-v1", "0-v1", "7-v9223372036854775807"),
                    Arbitraries.of("2020-02-03-20:45:48", "2020-02-30-20:45:48"),
                    Arbitraries.of("", ".zst", ".gpg", ".zst.gpg"))
                .as(
                    (directory, revisions, time, suffix) ->
                        directory + "etcd.changes_v" + revisions + "_" + time + suffix));
    Arbitrary<String> changed =
        Combinators.combine(
                whole,
                Arbitraries.integers().between(0, 80),
                Arbitraries.oneOf(
                    Arbitraries.chars().ascii(),
                    Arbitraries.chars().range('0', '9'),
                    Arbitraries.chars().all()))
            .as(
                (text, at, c) ->
                    at < text.length()
                        ? text.substring(0, at) + c + text.substring(at + 1)
                        : text + c);
    return Arbitraries.oneOf(whole, changed, brokenTexts());
  }

  /** Any chars at all: control characters, halves of surrogate pairs. */
  @Provide
  Arbitrary<String> brokenTexts() {
    Arbitrary<Character> chars =
        Arbitraries.oneOf(
            Arbitraries.chars().all(),
            Arbitraries.chars().range('\uD7F0', '\uE010'),
            Arbitraries.chars().range('\0', ' '),
            Arbitraries.of('_', 'v', '-', ':', '/', '.', '0', '9', '\uFFFF'));
    return chars
        .list()
        .ofMaxSize(40)
        .map(
            list ->
                list.stream()
                    .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
                    .toString());
  }

  @Provide
  Arbitrary<String> validTexts() {
    Arbitrary<Integer> codePoints =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0x0, 0x7F),
            Arbitraries.integers().between(0x7F, 0xD7FF),
            Arbitraries.integers().between(0xE000, 0xFFFF),
            Arbitraries.integers().between(0x10000, 0x10FFFF),
            Arbitraries.of(0xE000, 0xFFFF, 0x10000, 0x10FFFF));
    return codePoints
        .list()
        .ofMaxSize(6)
        .map(
            list ->
                list.stream()
                    .collect(
                        StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString());
  }

  private static int order(BackupName a, BackupName b) {
    return Integer.signum(BackupName.OLDEST_FIRST.compare(a, b));
  }

  private static int compare(String a, String b) {
    return Integer.signum(BackupName.compareUtf8(a, b));
  }
}
