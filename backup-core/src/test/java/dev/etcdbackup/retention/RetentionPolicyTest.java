package dev.etcdbackup.retention;

import static dev.etcdbackup.retention.RetentionPolicy.keepDaily;
import static dev.etcdbackup.retention.RetentionPolicy.keepHourly;
import static dev.etcdbackup.retention.RetentionPolicy.keepLast;
import static dev.etcdbackup.retention.RetentionPolicy.keepMonthly;
import static dev.etcdbackup.retention.RetentionPolicy.keepWeekly;
import static dev.etcdbackup.retention.RetentionPolicy.keepWithin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RetentionPolicyTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final RetentionPolicy KEEP_NOTHING = (newestFirst, now) -> Map.of();

  @Test
  void theNewestByTimeIsKeptWhereThePeersDeletedItForItsRevision() {
    // A cluster was restored: revisions began anew at 526, the old generation had reached 9002.
    assertThat(
            deleted(
                keepLast(2),
                "p/etcd.backup_v9001_2020-02-01-10:00:00",
                "p/etcd.backup_v9002_2020-02-01-11:00:00",
                "p/etcd.backup_v526_2020-02-03-20:00:00"))
        .containsExactly("p/etcd.backup_v9001_2020-02-01-10:00:00");
  }

  @Test
  void aRevisionThatGainsADigitCountsAsANumber() {
    assertThat(
            kept(
                keepLast(2),
                "p/etcd.backup_v100_2020-02-03-20:00:00",
                "p/etcd.backup_v101_2020-02-03-20:00:00",
                "p/etcd.backup_v99_2020-02-03-20:00:00"))
        .containsExactly(
            "p/etcd.backup_v100_2020-02-03-20:00:00", "p/etcd.backup_v101_2020-02-03-20:00:00");
    assertThat(
            kept(
                keepLast(2),
                "p/etcd.backup_v100_2020-02-02-20:00:00",
                "p/etcd.backup_v101_2020-02-03-20:00:00",
                "p/etcd.backup_v99_2020-02-01-20:00:00"))
        .containsExactly(
            "p/etcd.backup_v100_2020-02-02-20:00:00", "p/etcd.backup_v101_2020-02-03-20:00:00");
  }

  @Test
  void aPolicyThatKeepsNothingKeepsTheNewestOfEachSeries() {
    RetentionPlan plan =
        KEEP_NOTHING.plan(
            backups(
                "p/etcd.backup_v2_2020-02-03-20:00:00",
                "p/etcd.backup_v1_2020-02-02-20:00:00",
                "p/etcd-backup-2020-02-01-20-00-00.tar.gz",
                "q/etcd.backup_v1_2020-02-01-20:00:00"),
            NOW);

    assertThat(lines(plan))
        .containsExactly(
            "keep p/etcd-backup-2020-02-01-20-00-00.tar.gz the newest of its series",
            "delete p/etcd.backup_v1_2020-02-02-20:00:00 no rule keeps it",
            "keep p/etcd.backup_v2_2020-02-03-20:00:00 the newest of its series",
            "keep q/etcd.backup_v1_2020-02-01-20:00:00 the newest of its series");
    assertThat(plan.toKeep()).hasSize(3);
    assertThat(plan.toDelete())
        .map(backup -> backup.key().toString())
        .containsExactly("p/etcd.backup_v1_2020-02-02-20:00:00");
  }

  @Test
  void whatIsNotUnderstoodStays() {
    assertThat(lines(keepLast(1).plan(backups("p/before-upgrade", "p/x.zst", "loose"), NOW)))
        .containsExactly(
            "keep loose not a periodic or tarball name",
            "keep p/before-upgrade not a periodic or tarball name",
            "keep p/x.zst not a periodic or tarball name");
  }

  @Test
  void tarballsEveryTenMinutesDoNotPushOutTheDailyBackups() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      keys.add("p/" + BackupName.tarball(NOW.minus(Duration.ofMinutes(10L * i))).text());
    }
    keys.add("p/etcd.backup_v7_2019-12-31-00:00:00");
    keys.add("p/sub/etcd.backup_v7_2019-12-30-00:00:00");
    keys.add("p-2/etcd.backup_v7_2019-12-29-00:00:00");

    assertThat(deleted(keepLast(11), keys)).hasSize(1).allMatch(key -> key.endsWith(".tar.gz"));
  }

  @Test
  void aNameOfTheFutureIsKeptReportedAndCountsForNothing() {
    assertThat(
            lines(
                keepLast(1)
                    .plan(
                        backups(
                            "p/etcd.backup_v1_2020-02-03-19:00:00",
                            "p/etcd.backup_v2_2020-02-03-20:00:00",
                            "p/etcd.backup_v3_2020-02-03-22:00:01",
                            "p/etcd.backup_v4_2099-01-01-00:00:00"),
                        NOW)))
        .containsExactly(
            "delete p/etcd.backup_v1_2020-02-03-19:00:00 no rule keeps it",
            "keep p/etcd.backup_v2_2020-02-03-20:00:00 last 1: newest",
            "keep p/etcd.backup_v3_2020-02-03-22:00:01 dated in the future",
            "keep p/etcd.backup_v4_2099-01-01-00:00:00 dated in the future");
  }

  @Test
  void aClockThatIsAnHourAheadIsNotTheFuture() {
    assertThat(
            kept(
                keepLast(1),
                "p/etcd.backup_v2_2020-02-03-20:00:00",
                "p/etcd.backup_v3_2020-02-03-22:00:00"))
        .containsExactly("p/etcd.backup_v3_2020-02-03-22:00:00");
  }

  @Test
  void aPolicyIsOfferedOneSeriesAtATimeNewestFirstWithoutTheFuture() {
    List<List<String>> offered = new ArrayList<>();
    RetentionPolicy recording =
        (newestFirst, now) -> {
          offered.add(newestFirst.stream().map(backup -> backup.key().toString()).toList());
          assertThat(now).isEqualTo(NOW);
          return Map.of();
        };

    recording.plan(
        backups(
            "p/etcd.backup_v1_2020-02-01-00:00:00",
            "p/etcd.backup_v3_2020-02-03-00:00:00",
            "q/etcd.backup_v9_2020-02-02-00:00:00",
            "p/etcd.backup_v2_2020-02-02-00:00:00",
            "p/etcd.backup_v4_2021-02-02-00:00:00",
            "p/manual"),
        NOW);

    assertThat(offered)
        .containsExactlyInAnyOrder(
            List.of(
                "p/etcd.backup_v3_2020-02-03-00:00:00",
                "p/etcd.backup_v2_2020-02-02-00:00:00",
                "p/etcd.backup_v1_2020-02-01-00:00:00"),
            List.of("q/etcd.backup_v9_2020-02-02-00:00:00"));
  }

  @Test
  void aPolicyThatKeepsWhatItWasNotOfferedIsNotTrusted() {
    Backup stranger = backup("q/etcd.backup_v1_2020-02-01-00:00:00");
    RetentionPolicy confused = (newestFirst, now) -> Map.of(stranger, "a mistake");
    List<Backup> backups = backups("p/etcd.backup_v1_2020-02-01-00:00:00");

    for (RetentionPolicy policy :
        List.of(confused, confused.or(keepLast(1)), keepLast(1).then(confused))) {
      assertThatIllegalStateException()
          .isThrownBy(() -> policy.plan(backups, NOW))
          .withMessageContaining("keeps q/etcd.backup_v1_2020-02-01-00:00:00")
          .withMessageContaining("not offered");
    }
  }

  @Test
  void aPolicyThatGivesNoReasonIsNotTrusted() {
    RetentionPolicy silent =
        (newestFirst, now) -> {
          Map<Backup, String> reasons = new HashMap<>();
          newestFirst.forEach(backup -> reasons.put(backup, null));
          return reasons;
        };

    assertThatIllegalStateException()
        .isThrownBy(() -> silent.plan(backups("p/etcd.backup_v1_2020-02-01-00:00:00"), NOW))
        .withMessageContaining("without a reason");
  }

  @Test
  void theSameKeyTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> keepLast(1).plan(backups("p/a", "p/b", "p/a"), NOW))
        .withMessageContaining("distinct keys")
        .withMessageContaining("p/a");
  }

  @Test
  void nothingToPlanIsNoError() {
    assertThat(keepLast(1).plan(List.of(), NOW).decisions()).isEmpty();
  }

  @Test
  void theLastCountsFromTheNewest() {
    assertThat(lines(keepLast(2).plan(backups(daily(4)), NOW)))
        .containsExactly(
            "delete p/etcd.backup_v1_2020-01-31-20:45:48 no rule keeps it",
            "delete p/etcd.backup_v2_2020-02-01-20:45:48 no rule keeps it",
            "keep p/etcd.backup_v3_2020-02-02-20:45:48 last 2: 2nd newest",
            "keep p/etcd.backup_v4_2020-02-03-20:45:48 last 2: newest");
  }

  @Test
  void ordinalsReadAsEnglish() {
    List<String> reasons =
        keepLast(113).plan(backups(daily(113)), NOW).decisions().stream()
            .map(Decision::reason)
            .toList();

    assertThat(reasons)
        .contains("last 113: newest")
        .contains("last 113: 2nd newest", "last 113: 3rd newest", "last 113: 4th newest")
        .contains("last 113: 11th newest", "last 113: 12th newest", "last 113: 13th newest")
        .contains("last 113: 21st newest", "last 113: 22nd newest", "last 113: 101st newest")
        .contains("last 113: 111th newest", "last 113: 112th newest", "last 113: 113th newest");
  }

  @Test
  void theLastOfEachDayIsKeptForTheDaysThatHaveOne() {
    assertThat(
            lines(
                keepDaily(2)
                    .plan(
                        backups(
                            "p/etcd.backup_v1_2020-01-31-23:59:59",
                            "p/etcd.backup_v2_2020-02-01-00:00:00",
                            "p/etcd.backup_v3_2020-02-01-23:59:59", // the 2nd has none
                            "p/etcd.backup_v4_2020-02-03-00:00:00",
                            "p/etcd.backup_v5_2020-02-03-00:00:00"),
                        NOW)))
        .containsExactly(
            "delete p/etcd.backup_v1_2020-01-31-23:59:59 no rule keeps it",
            "delete p/etcd.backup_v2_2020-02-01-00:00:00 no rule keeps it",
            "keep p/etcd.backup_v3_2020-02-01-23:59:59 daily 2020-02-01",
            "delete p/etcd.backup_v4_2020-02-03-00:00:00 no rule keeps it",
            "keep p/etcd.backup_v5_2020-02-03-00:00:00 daily 2020-02-03");
  }

  @Test
  void hoursAreUtcHours() {
    assertThat(
            lines(
                keepHourly(2)
                    .plan(
                        backups(
                            "p/etcd.backup_v1_2020-02-03-13:59:59",
                            "p/etcd.backup_v2_2020-02-03-14:00:00",
                            "p/etcd.backup_v3_2020-02-03-14:59:59"),
                        NOW)))
        .containsExactly(
            "keep p/etcd.backup_v1_2020-02-03-13:59:59 hourly 2020-02-03T13",
            "delete p/etcd.backup_v2_2020-02-03-14:00:00 no rule keeps it",
            "keep p/etcd.backup_v3_2020-02-03-14:59:59 hourly 2020-02-03T14");
  }

  @Test
  void weeksBeginOnMondayAndBelongToTheYearOfTheirThursday() {
    assertThat(
            lines(
                keepWeekly(3)
                    .plan(
                        backups(
                            "p/etcd.backup_v1_2019-12-29-23:59:59", // Sunday of week 52
                            "p/etcd.backup_v2_2019-12-30-00:00:00", // Monday of week 1 of 2020
                            "p/etcd.backup_v3_2020-01-05-23:59:59", // its Sunday
                            "p/etcd.backup_v4_2020-01-06-00:00:00"),
                        NOW)))
        .containsExactly(
            "keep p/etcd.backup_v1_2019-12-29-23:59:59 weekly 2019-W52",
            "delete p/etcd.backup_v2_2019-12-30-00:00:00 no rule keeps it",
            "keep p/etcd.backup_v3_2020-01-05-23:59:59 weekly 2020-W01",
            "keep p/etcd.backup_v4_2020-01-06-00:00:00 weekly 2020-W02");
  }

  @Test
  void monthsAreThoseOfTheCalendar() {
    assertThat(
            lines(
                keepMonthly(2)
                    .plan(
                        backups(
                            "p/etcd.backup_v1_2019-12-31-23:59:59",
                            "p/etcd.backup_v2_2020-01-01-00:00:00",
                            "p/etcd.backup_v3_2020-01-31-23:59:59",
                            "p/etcd.backup_v4_2020-02-01-00:00:00"),
                        NOW)))
        .containsExactly(
            "delete p/etcd.backup_v1_2019-12-31-23:59:59 no rule keeps it",
            "delete p/etcd.backup_v2_2020-01-01-00:00:00 no rule keeps it",
            "keep p/etcd.backup_v3_2020-01-31-23:59:59 monthly 2020-01",
            "keep p/etcd.backup_v4_2020-02-01-00:00:00 monthly 2020-02");
  }

  @Test
  void thePeriodsBefore1970AreOrdinaryOnes() {
    assertThat(
            kept(
                keepDaily(2).or(keepWeekly(2)).or(keepHourly(2)),
                "p/etcd.backup_v1_1969-12-30-23:00:00",
                "p/etcd.backup_v2_1969-12-31-22:00:00",
                "p/etcd.backup_v3_1969-12-31-23:59:59",
                "p/etcd.backup_v4_1970-01-01-00:00:00",
                "p/etcd.backup_v5_1970-01-01-00:59:59"))
        .containsExactly(
            "p/etcd.backup_v3_1969-12-31-23:59:59", "p/etcd.backup_v5_1970-01-01-00:59:59");
  }

  @Test
  void whatIsExactlyAsOldAsAllowedIsKept() {
    assertThat(
            lines(
                keepWithin(Duration.ofHours(36))
                    .plan(
                        backups(
                            "p/etcd.backup_v1_2020-02-02-08:59:59",
                            "p/etcd.backup_v2_2020-02-02-09:00:00",
                            "p/etcd.backup_v3_2020-02-03-21:30:00"),
                        NOW)))
        .containsExactly(
            "delete p/etcd.backup_v1_2020-02-02-08:59:59 no rule keeps it",
            "keep p/etcd.backup_v2_2020-02-02-09:00:00 within 1d12h",
            "keep p/etcd.backup_v3_2020-02-03-21:30:00 within 1d12h");
  }

  @Test
  void anAgeBeyondAllTimeKeepsEverything() {
    assertThat(deleted(keepWithin(Duration.ofSeconds(Long.MAX_VALUE)), daily(5))).isEmpty();
    assertThat(
            keepWithin(Duration.ofSeconds(Long.MAX_VALUE))
                .plan(backups(daily(5)), Instant.parse("+99999-01-01T00:00:00Z"))
                .toDelete())
        .isEmpty();
  }

  @Test
  void orKeepsWhatEitherKeepsAndSaysBothReasons() {
    assertThat(
            lines(
                keepLast(2)
                    .or(keepDaily(2))
                    .plan(
                        backups(
                            "p/etcd.backup_v1_2020-02-02-10:00:00",
                            "p/etcd.backup_v2_2020-02-03-10:00:00",
                            "p/etcd.backup_v3_2020-02-03-11:00:00",
                            "p/etcd.backup_v4_2020-02-03-12:00:00"),
                        NOW)))
        .containsExactly(
            "keep p/etcd.backup_v1_2020-02-02-10:00:00 daily 2020-02-02",
            "delete p/etcd.backup_v2_2020-02-03-10:00:00 no rule keeps it",
            "keep p/etcd.backup_v3_2020-02-03-11:00:00 last 2: 2nd newest",
            "keep p/etcd.backup_v4_2020-02-03-12:00:00 last 2: newest; daily 2020-02-03");
  }

  @Test
  void thenBeginsWhereTheFirstEnds() {
    List<String> daily = daily(5);

    assertThat(deleted(keepLast(2).or(keepDaily(2)), daily)).hasSize(3);
    assertThat(lines(keepLast(2).then(keepDaily(2)).plan(backups(daily), NOW)))
        .containsExactly(
            "delete p/etcd.backup_v1_2020-01-30-20:45:48 no rule keeps it",
            "keep p/etcd.backup_v2_2020-01-31-20:45:48 daily 2020-01-31",
            "keep p/etcd.backup_v3_2020-02-01-20:45:48 daily 2020-02-01",
            "keep p/etcd.backup_v4_2020-02-02-20:45:48 last 2: 2nd newest",
            "keep p/etcd.backup_v5_2020-02-03-20:45:48 last 2: newest");
  }

  @Test
  void extraRunsNeverShortenTheWeekOfTheDailyPolicy() {
    List<String> keys = new ArrayList<>(daily(10));
    for (int i = 1; i <= 20; i++) {
      keys.add("p/" + BackupName.periodic("etcd.backup", 100 + i, NOW.minusSeconds(i)).text());
    }

    List<String> kept = kept(keepLast(7).or(keepDaily(7)), keys);

    assertThat(kept)
        .hasSize(7 + 6)
        .contains("p/etcd.backup_v4_2020-01-28-20:45:48")
        .doesNotContain("p/etcd.backup_v3_2020-01-27-20:45:48");
  }

  @Test
  void theBareMetalPolicyReachesBackADayAWeekAndAMonth() {
    // Every ten minutes for 60 days, pruned after every one of them as time goes by.
    RetentionPolicy policy = keepLast(144).then(keepHourly(168)).then(keepDaily(30));
    Instant begin = Instant.parse("2020-01-01T00:00:00Z");
    List<Backup> stored = List.of();
    for (int i = 0; i < 60 * 144; i++) {
      Instant time = begin.plus(Duration.ofMinutes(10L * i));
      Backup taken = backup("bare-metal/" + BackupName.tarball(time).text());
      List<Backup> all = Stream.concat(stored.stream(), Stream.of(taken)).toList();
      stored = i % 100 == 0 || i > 59 * 144 ? policy.plan(all, time).toKeep() : all;
    }

    assertThat(stored).hasSize(144 + 168 + 30);
    assertThat(stored.get(stored.size() - 145).key())
        .as("the newest hourly one is the last before the newest 144")
        .hasToString("bare-metal/etcd-backup-2020-02-28-23-50-00.tar.gz");
    assertThat(stored.get(29).key())
        .as("the newest daily one is the last that the hourly tier left")
        .hasToString("bare-metal/etcd-backup-2020-02-21-23-50-00.tar.gz");
    assertThat(stored.get(0).key())
        .as("a day, a week and 30 days before the last run")
        .hasToString("bare-metal/etcd-backup-2020-01-23-23-50-00.tar.gz");
  }

  @Test
  void theSeedsListingUnderTheDailyPolicyLosesNothing() throws IOException {
    List<String> keys;
    try (InputStream in = RetentionPolicyTest.class.getResourceAsStream("/seed-listing.txt")) {
      keys = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }

    assertThat(deleted(keepLast(7).or(keepDaily(7)), keys)).isEmpty();
    assertThat(deleted(keepLast(4), keys.subList(7, 28)))
        .containsExactly(
            "cray-bos/etcd.backup_v240_2020-01-30-20:44:34",
            "cray-fas/etcd.backup_v63195_2020-01-30-20:44:55");
  }

  @Test
  void policiesSayWhatTheyKeep() {
    assertThat(keepLast(7).or(keepDaily(7))).hasToString("last 7 or daily 7");
    assertThat(keepLast(144).then(keepHourly(168)).then(keepDaily(30)))
        .hasToString("last 144 then hourly 168 then daily 30");
    assertThat(keepLast(7).or(keepWeekly(4)).then(keepMonthly(12)))
        .hasToString("(last 7 or weekly 4) then monthly 12");
    assertThat(keepLast(7).then(keepWeekly(4)).or(keepMonthly(12)))
        .hasToString("(last 7 then weekly 4) or monthly 12");
    assertThat(keepWithin(Duration.ofDays(7))).hasToString("within 7d");
    assertThat(keepWithin(Duration.parse("PT26H3M4S"))).hasToString("within 1d2h3m4s");
    assertThat(keepWithin(Duration.ofMillis(1500))).hasToString("within PT1.5S");
  }

  @Test
  void badCountsAndAgesAreRefused() {
    for (int count : new int[] {0, -1, Integer.MIN_VALUE}) {
      assertRefused(() -> keepLast(count), "last must keep at least 1, not " + count);
      assertRefused(() -> keepHourly(count), "hourly must keep at least 1, not " + count);
      assertRefused(() -> keepDaily(count), "daily must keep at least 1, not " + count);
      assertRefused(() -> keepWeekly(count), "weekly must keep at least 1, not " + count);
      assertRefused(() -> keepMonthly(count), "monthly must keep at least 1, not " + count);
    }
    assertRefused(() -> keepWithin(Duration.ZERO), "within must be more than zero, not PT0S");
    assertRefused(
        () -> keepWithin(Duration.ofSeconds(-1)), "within must be more than zero, not PT-1S");
  }

  @Test
  void theLargestCountsAreFine() {
    assertThat(deleted(keepLast(Integer.MAX_VALUE).then(keepDaily(Integer.MAX_VALUE)), daily(3)))
        .isEmpty();
  }

  @Test
  void theOrderOfTheListingDoesNotMatterAndTheListIsNotTouched() {
    List<Backup> listing = new ArrayList<>(backups(daily(20)));
    RetentionPlan plan = keepLast(3).plan(Collections.unmodifiableList(listing), NOW);
    Collections.reverse(listing);

    assertThat(keepLast(3).plan(listing, NOW)).isEqualTo(plan);
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
  }

  /** Backups of so many days, the last on 3 February 2020. */
  private static List<String> daily(int days) {
    Instant last = Instant.parse("2020-02-03T20:45:48Z");
    return IntStream.rangeClosed(1, days)
        .mapToObj(
            i ->
                "p/" + BackupName.periodic("etcd.backup", i, last.minus(Duration.ofDays(days - i))))
        .toList();
  }

  private static List<String> kept(RetentionPolicy policy, String... keys) {
    return kept(policy, Arrays.asList(keys));
  }

  private static List<String> kept(RetentionPolicy policy, List<String> keys) {
    return policy.plan(backups(keys), NOW).toKeep().stream()
        .map(backup -> backup.key().toString())
        .toList();
  }

  private static List<String> deleted(RetentionPolicy policy, String... keys) {
    return deleted(policy, Arrays.asList(keys));
  }

  private static List<String> deleted(RetentionPolicy policy, List<String> keys) {
    return policy.plan(backups(keys), NOW).toDelete().stream()
        .map(backup -> backup.key().toString())
        .toList();
  }

  private static List<String> lines(RetentionPlan plan) {
    return plan.decisions().stream()
        .map(one -> (one.keep() ? "keep " : "delete ") + one.backup().key() + " " + one.reason())
        .toList();
  }

  private static List<Backup> backups(String... keys) {
    return backups(Arrays.asList(keys));
  }

  private static List<Backup> backups(List<String> keys) {
    return keys.stream().map(RetentionPolicyTest::backup).toList();
  }

  private static Backup backup(String key) {
    return Backup.of(new StoredBackup(BackupKey.parse(key), 1, Instant.EPOCH, ""), ZoneOffset.UTC);
  }
}
