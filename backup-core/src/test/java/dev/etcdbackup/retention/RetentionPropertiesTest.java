package dev.etcdbackup.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.Series;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupKind;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class RetentionPropertiesTest extends RetentionArbitraries {
  private static final Instant FUTURE = NOW.plus(Duration.ofHours(1));

  @Property
  void eachBackupGetsOneDecisionInTheOrderOfTheKeys(
      @ForAll("listings") List<Backup> listing, @ForAll("policies") RetentionPolicy policy) {
    RetentionPlan plan = policy.plan(listing, NOW);

    assertThat(plan.decisions())
        .map(Decision::backup)
        .isSortedAccordingTo(Comparator.comparing(Backup::key))
        .containsExactlyInAnyOrderElementsOf(listing);
    assertThat(plan.decisions())
        .allSatisfy(one -> assertThat(one.reason()).isNotBlank().doesNotContain("\n"));
    assertThat(plan.toKeep().size() + plan.toDelete().size()).isEqualTo(listing.size());
  }

  @Property
  void keysOfAnyKindAreSortedAsTheyCompare(@ForAll("keys") List<String> keys) {
    List<String> distinct = keys.stream().distinct().toList();

    List<String> expected = new ArrayList<>(distinct);
    expected.sort(Comparator.comparing(BackupKey::parse));
    int[] places = KeyOrder.of(distinct.toArray(new String[0]));
    assertThat(Arrays.stream(places).mapToObj(distinct::get)).containsExactlyElementsOf(expected);
  }

  @Property
  void thePeriodsOfATierAreFoundAsByLookingAtEachBackup(
      @ForAll("listings") List<Backup> listing,
      @ForAll Period period,
      @ForAll @IntRange(min = 1, max = 40) int count) {
    List<Backup> newestFirst =
        listing.stream()
            .filter(one -> one.kind().hasSeries())
            .sorted(Backup.OLDEST_FIRST.reversed())
            .toList();

    Map<Long, Backup> expected = new LinkedHashMap<>();
    for (Backup one : newestFirst) {
      expected.putIfAbsent(period.number(one.time().orElseThrow()), one);
    }
    assertThat(new KeepLastOfEach(period, count).keep(newestFirst, NOW).keySet())
        .isEqualTo(expected.values().stream().limit(count).collect(Collectors.toSet()));
  }

  @Property
  void noTimeThatIsKeptIsMissed(@ForAll("listings") List<Backup> listing) {
    KeptTimes times = new KeptTimes(listing);

    assertThat(listing.stream().flatMap(one -> one.time().stream()))
        .allMatch(time -> times.mayHave(time.getEpochSecond()));
  }

  @Property
  void equalKeysAreRefusedWhereverTheyAre(@ForAll("keys") List<String> keys) {
    List<Backup> listing = keys.stream().map(RetentionPropertiesTest::named).toList();

    if (Set.copyOf(keys).size() == keys.size()) {
      assertThat(RetentionPolicy.keepLast(1).plan(listing, NOW).decisions()).hasSameSizeAs(listing);
    } else {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RetentionPolicy.keepLast(1).plan(listing, NOW))
          .withMessageContaining("distinct keys");
    }
  }

  /** Alike for long, and then with what is at the edges of ASCII, of the planes and of the text. */
  @Provide
  Arbitrary<List<String>> keys() {
    Arbitrary<String> prefix = Arbitraries.of("", "p/", "p/etcd.backup_v", "p/é");
    Arbitrary<String> rest =
        Arbitraries.of(
                "", "\0", "1", "9", "~", "\u007f", "\u0080", "\ud7ff", "\ue000", "😀", "\ud800")
            .list()
            .ofMaxSize(12)
            .map(parts -> String.join("", parts));
    return Combinators.combine(prefix, rest.list().ofMaxSize(30))
        .as((alike, rests) -> rests.stream().map(one -> alike + one).toList());
  }

  private static Backup named(String key) {
    StoredBackup stored = new StoredBackup(BackupKey.parse(key), 1, NOW, "");
    return Backup.of(stored, ZoneOffset.UTC);
  }

  @Property
  void theOrderOfTheListingDoesNotMatter(
      @ForAll("listings") List<Backup> listing,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll Random random) {
    List<Backup> shuffled = new ArrayList<>(listing);
    Collections.shuffle(shuffled, random);

    assertThat(policy.plan(shuffled, NOW)).isEqualTo(policy.plan(listing, NOW));
  }

  @Property
  void planningAgainWhatWasKeptDeletesNothing(
      @ForAll("listings") List<Backup> listing, @ForAll("policies") RetentionPolicy policy) {
    List<Backup> kept = policy.plan(listing, NOW).toKeep();

    assertThat(policy.plan(kept, NOW).toDelete()).isEmpty();
  }

  @Property
  void deletingOnlySomeOfWhatIsToGoDoesNotChangeThePlanForTheRest(
      @ForAll("listings") List<Backup> listing,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll Random random) {
    RetentionPlan plan = policy.plan(listing, NOW);
    Set<Backup> gone =
        plan.toDelete().stream().filter(one -> random.nextBoolean()).collect(Collectors.toSet());

    RetentionPlan again =
        policy.plan(listing.stream().filter(backup -> !gone.contains(backup)).toList(), NOW);

    assertThat(again.toKeep()).isEqualTo(plan.toKeep());
  }

  @Property
  void copiesInOtherEncodingsChangeNothingAndShareTheDecision(
      @ForAll("listings") List<Backup> listing,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll Random random) {
    List<Backup> withCopies = new ArrayList<>();
    for (Backup one : listing) {
      List<Backup> copies = new ArrayList<>(copies(one));
      Collections.shuffle(copies, random);
      withCopies.addAll(copies.subList(0, 1 + random.nextInt(copies.size())));
    }
    Map<String, Decision> plain = byBase(policy.plan(listing, NOW));

    RetentionPlan plan = policy.plan(withCopies, NOW);

    assertThat(plan.decisions()).hasSameSizeAs(withCopies);
    assertThat(plan.decisions())
        .allSatisfy(
            one -> {
              Decision expected = plain.get(base(one.backup()));
              assertThat(one.keep()).isEqualTo(expected.keep());
              assertThat(one.reason()).isEqualTo(expected.reason());
            });
  }

  @Property
  void keepLastCountsBaseNames(
      @ForAll("listings") List<Backup> listing, @ForAll("smallCounts") int count) {
    List<Backup> withCopies = listing.stream().flatMap(one -> copies(one).stream()).toList();

    Map<Optional<Series>, Set<String>> kept =
        keepLast(count).plan(withCopies, NOW).toKeep().stream()
            .filter(one -> one.time().isPresent() && !one.time().get().isAfter(FUTURE))
            .collect(
                Collectors.groupingBy(
                    Backup::series,
                    Collectors.mapping(RetentionPropertiesTest::base, Collectors.toSet())));

    assertThat(kept.values()).allSatisfy(bases -> assertThat(bases).hasSizeBetween(1, count));
  }

  private static Map<String, Decision> byBase(RetentionPlan plan) {
    return plan.decisions().stream()
        .collect(Collectors.toMap(one -> base(one.backup()), one -> one));
  }

  private static String base(Backup backup) {
    return backup.key().project() + "/" + backup.name().base();
  }

  /** The same snapshot in all encodings that a name of its kind can have. */
  private static List<Backup> copies(Backup one) {
    List<String> suffixes =
        switch (one.kind()) {
          case PERIODIC -> List.of("", ".zst", ".gpg", ".zst.gpg");
          case TARBALL -> List.of("", ".gpg");
          default -> List.of("");
        };
    return suffixes.stream().map(suffix -> backup(one.key() + suffix)).toList();
  }

  @Property
  void theNewestOfEachSeriesStays(
      @ForAll("listings") List<Backup> listing, @ForAll("policies") RetentionPolicy policy) {
    Map<Series, Backup> newest = new HashMap<>();
    for (Backup backup : listing) {
      if (backup.kind() != BackupKind.OTHER && !backup.time().orElseThrow().isAfter(FUTURE)) {
        newest.merge(
            backup.series().orElseThrow(),
            backup,
            (a, b) -> Backup.OLDEST_FIRST.compare(a, b) > 0 ? a : b);
      }
    }

    assertThat(policy.plan(listing, NOW).toKeep()).containsAll(newest.values());
  }

  @Property
  void otherAndFutureNamesStayAndChangeNothing(
      @ForAll("listings") List<Backup> listing, @ForAll("policies") RetentionPolicy policy) {
    List<Backup> others = new ArrayList<>();
    List<Backup> dated = new ArrayList<>();
    for (Backup backup : listing) {
      Optional<Instant> time = backup.time();
      (time.isEmpty() || time.get().isAfter(FUTURE) ? others : dated).add(backup);
    }
    RetentionPlan plan = policy.plan(listing, NOW);

    assertThat(plan.toKeep()).containsAll(others);
    assertThat(plan.toDelete()).isEqualTo(policy.plan(dated, NOW).toDelete());
  }

  @Property
  void seriesArePlannedApart(
      @ForAll("listings") List<Backup> listing, @ForAll("seriesPolicies") RetentionPolicy policy) {
    Map<Optional<Series>, List<Backup>> apart =
        listing.stream().collect(Collectors.groupingBy(Backup::series));

    List<Decision> decisions = new ArrayList<>();
    apart.values().forEach(series -> decisions.addAll(policy.plan(series, NOW).decisions()));

    assertThat(policy.plan(listing, NOW).decisions())
        .containsExactlyInAnyOrderElementsOf(decisions);
  }

  @Property
  void projectsArePlannedApart(
      @ForAll("listings") List<Backup> listing, @ForAll("policies") RetentionPolicy policy) {
    Map<String, List<Backup>> apart =
        listing.stream().collect(Collectors.groupingBy(one -> one.key().project()));

    List<Decision> decisions = new ArrayList<>();
    apart.values().forEach(project -> decisions.addAll(policy.plan(project, NOW).decisions()));

    assertThat(policy.plan(listing, NOW).decisions())
        .containsExactlyInAnyOrderElementsOf(decisions);
  }

  @Property
  void orKeepsExactlyWhatEitherKeeps(
      @ForAll("listings") List<Backup> listing,
      @ForAll("policies") RetentionPolicy one,
      @ForAll("policies") RetentionPolicy other) {
    Set<Backup> either = new HashSet<>(one.plan(listing, NOW).toKeep());
    either.addAll(other.plan(listing, NOW).toKeep());

    assertThat(one.or(other).plan(listing, NOW).toKeep())
        .containsExactlyInAnyOrderElementsOf(either)
        .containsExactlyElementsOf(other.or(one).plan(listing, NOW).toKeep());
  }

  @Property
  void thenKeepsAllThatTheFirstKeepsAndCountsGoOn(
      @ForAll("listings") List<Backup> listing,
      @ForAll("policies") RetentionPolicy first,
      @ForAll("policies") RetentionPolicy next,
      @ForAll("smallCounts") int m,
      @ForAll("smallCounts") int n) {
    assertThat(first.then(next).plan(listing, NOW).toKeep())
        .containsAll(first.plan(listing, NOW).toKeep());
    assertThat(keepLast(m).then(keepLast(n)).plan(listing, NOW).toKeep())
        .isEqualTo(keepLast(m + n).plan(listing, NOW).toKeep());
  }

  @Property
  void lastKeepsTheNewestOfEachSeriesWhateverTheirRevisions(
      @ForAll("listings") List<Backup> listing, @ForAll("smallCounts") int count) {
    List<Backup> kept = keepLast(count).plan(listing, NOW).toKeep();
    for (Backup gone : keepLast(count).plan(listing, NOW).toDelete()) {
      assertThat(kept)
          .filteredOn(backup -> backup.series().equals(gone.series()))
          .filteredOn(backup -> !backup.time().orElseThrow().isAfter(FUTURE))
          .hasSize(count)
          .allMatch(backup -> Backup.OLDEST_FIRST.compare(backup, gone) > 0);
    }
  }

  @Property
  void aMinimumIsKeptAndNoMoreThanThatIsAdded(
      @ForAll("listings") List<Backup> listing,
      @ForAll("policies") RetentionPolicy policy,
      @ForAll("smallCounts") int count) {
    List<Backup> plain = policy.plan(listing, NOW).toKeep();

    RetentionPlan plan = policy.atLeast(count).plan(listing, NOW);

    assertThat(plan.toKeep()).containsAll(plain);
    for (Backup gone : plan.toDelete()) {
      assertThat(inSeriesOf(gone, plan.toKeep())).hasSizeGreaterThanOrEqualTo(count);
    }
    for (Backup added : plan.toKeep()) {
      if (!plain.contains(added)) {
        assertThat(inSeriesOf(added, plan.toKeep())).hasSizeLessThanOrEqualTo(count);
      }
    }
  }

  @Property
  void aTotalSizeIsNotExceededExceptByTheNewest(
      @ForAll("listings") List<Backup> listing, @ForAll("smallCounts") int megabytes) {
    long bytes = megabytes * 1_000_000L;
    RetentionPlan plan = RetentionPolicy.keepWithinBytes(bytes).plan(listing, NOW);
    for (Backup gone : plan.toDelete()) {
      List<Backup> kept = inSeriesOf(gone, plan.toKeep());
      long newer =
          kept.stream()
              .filter(one -> Backup.OLDEST_FIRST.compare(one, gone) > 0)
              .mapToLong(one -> one.stored().size())
              .sum();
      long all = kept.stream().mapToLong(one -> one.stored().size()).sum();
      assertThat(newer + gone.stored().size()).isGreaterThan(bytes);
      assertThat(all <= bytes || kept.size() == 1).isTrue();
    }
  }

  @Property
  void aTotalSizeOfAProjectIsNotExceededExceptByTheNewestOfEachSeries(
      @ForAll("listings") List<Backup> listing, @ForAll("smallCounts") int megabytes) {
    long bytes = megabytes * 1_000_000L;
    RetentionPlan plan = RetentionPolicy.keepWithinProjectBytes(bytes).plan(listing, NOW);
    for (Backup gone : plan.toDelete()) {
      List<Backup> kept =
          plan.toKeep().stream()
              .filter(one -> one.key().project().equals(gone.key().project()))
              .filter(one -> one.series().isPresent())
              .filter(one -> !one.time().orElseThrow().isAfter(FUTURE))
              .toList();
      List<Backup> newest = kept.stream().filter(one -> isNewest(one, kept)).toList();
      long newer =
          size(
              kept.stream()
                  .filter(one -> newest.contains(one) || Backup.OLDEST_FIRST.compare(one, gone) > 0)
                  .toList());
      assertThat(newer + gone.stored().size()).isGreaterThan(bytes);
      assertThat(size(kept) <= bytes || kept.equals(newest)).isTrue();
      assertThat(newest).extracting(Backup::series).contains(gone.series());
    }
  }

  private static boolean isNewest(Backup one, List<Backup> kept) {
    return inSeriesOf(one, kept).stream()
        .allMatch(other -> Backup.OLDEST_FIRST.compare(other, one) <= 0);
  }

  private static long size(List<Backup> backups) {
    return backups.stream().mapToLong(one -> one.stored().size()).sum();
  }

  /** With one series in each project, the size of the series is that of the project. */
  @Property
  void limitsOfSeriesAndProjectAreOneForASingleSeries(
      @ForAll("listings") List<Backup> listing, @ForAll("smallCounts") int megabytes) {
    long bytes = megabytes * 1_000_000L;
    listing.stream()
        .collect(Collectors.groupingBy(Backup::series))
        .values()
        .forEach(
            series ->
                assertThat(RetentionPolicy.keepWithinProjectBytes(bytes).plan(series, NOW).toKeep())
                    .isEqualTo(RetentionPolicy.keepWithinBytes(bytes).plan(series, NOW).toKeep()));
  }

  /** The backups of a series that count; those dated ahead do not. */
  private static List<Backup> inSeriesOf(Backup one, List<Backup> backups) {
    return backups.stream()
        .filter(backup -> backup.series().equals(one.series()))
        .filter(backup -> !backup.time().orElseThrow().isAfter(FUTURE))
        .toList();
  }

  @Property
  void aDayThatIsKeptIsKeptByItsLastBackup(
      @ForAll("listings") List<Backup> listing, @ForAll("smallCounts") int count) {
    RetentionPlan plan = RetentionPolicy.keepDaily(count).plan(listing, NOW);
    for (Backup gone : plan.toDelete()) {
      List<Backup> newerDaysOrLater =
          plan.toKeep().stream()
              .filter(backup -> backup.series().equals(gone.series()))
              .filter(backup -> !backup.time().orElseThrow().isAfter(FUTURE))
              .toList();
      assertThat(newerDaysOrLater)
          .allMatch(
              backup ->
                  Backup.OLDEST_FIRST.compare(backup, gone) > 0 || !day(backup).equals(day(gone)));
      assertThat(newerDaysOrLater).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(count);
      boolean sameDay = newerDaysOrLater.stream().anyMatch(kept -> day(kept).equals(day(gone)));
      assertThat(sameDay || newerDaysOrLater.size() == count).isTrue();
    }
  }
}
