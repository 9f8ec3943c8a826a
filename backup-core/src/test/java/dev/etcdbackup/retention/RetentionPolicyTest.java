package dev.etcdbackup.retention;

import static dev.etcdbackup.retention.Listings.NOW;
import static dev.etcdbackup.retention.Listings.backup;
import static dev.etcdbackup.retention.Listings.backups;
import static dev.etcdbackup.retention.Listings.daily;
import static dev.etcdbackup.retention.Listings.deleted;
import static dev.etcdbackup.retention.Listings.kept;
import static dev.etcdbackup.retention.Listings.lines;
import static dev.etcdbackup.retention.RetentionPolicy.keepDaily;
import static dev.etcdbackup.retention.RetentionPolicy.keepHourly;
import static dev.etcdbackup.retention.RetentionPolicy.keepLast;
import static dev.etcdbackup.retention.RetentionPolicy.keepMonthly;
import static dev.etcdbackup.retention.RetentionPolicy.keepWeekly;
import static dev.etcdbackup.retention.RetentionPolicy.keepWithin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.etcdbackup.Backup;
import dev.etcdbackup.name.BackupName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The tiers that are built in, and how they combine. */
class RetentionPolicyTest {
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
  void theFirstWeekThatANameCanBearIsOfTheYearBefore() {
    assertThat(lines(keepWeekly(2).plan(backups("p/etcd.backup_v1_0000-01-01-00:00:00"), NOW)))
        .containsExactly("keep p/etcd.backup_v1_0000-01-01-00:00:00 weekly -0001-W52");
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
  void policiesSayWhatTheyKeep() {
    assertThat(keepLast(7).or(keepDaily(7))).hasToString("last 7 or daily 7");
    assertThat(keepLast(144).then(keepHourly(168)).then(keepDaily(30)))
        .hasToString("last 144 then hourly 168 then daily 30");
    assertThat(keepLast(7).or(keepWeekly(4)).then(keepMonthly(12)))
        .hasToString("(last 7 or weekly 4) then monthly 12");
    assertThat(keepLast(7).then(keepWeekly(4)).or(keepMonthly(12)))
        .hasToString("(last 7 then weekly 4) or monthly 12");
    assertThat(keepWithin(Duration.ofDays(7))).hasToString("within 7d");
    assertThat(keepLast(7).or(RetentionPolicy.keepYearly(3)).atLeast(2))
        .hasToString("(last 7 or yearly 3) at least 2");
    assertThat(RetentionPolicy.keepWithinBytes(1536L << 30)).hasToString("within-bytes 1536GiB");
    assertThat(RetentionPolicy.keepWithinBytes(1025)).hasToString("within-bytes 1025B");
    assertThat(RetentionPolicy.keepWithinProjectBytes(1L << 40))
        .hasToString("within-project-bytes 1TiB");
    assertThat(keepWithin(Duration.parse("PT26H3M4S"))).hasToString("within 1d2h3m4s");
    assertThat(keepWithin(Duration.ofMillis(1500))).hasToString("within 1.5s");
  }

  @Test
  void badCountsAndAgesAreRefused() {
    for (int count : new int[] {0, -1, Integer.MIN_VALUE}) {
      assertRefused(() -> keepLast(count), "last must keep at least 1, not " + count);
      assertRefused(() -> keepHourly(count), "hourly must keep at least 1, not " + count);
      assertRefused(() -> keepDaily(count), "daily must keep at least 1, not " + count);
      assertRefused(() -> keepWeekly(count), "weekly must keep at least 1, not " + count);
      assertRefused(() -> keepMonthly(count), "monthly must keep at least 1, not " + count);
      assertRefused(
          () -> RetentionPolicy.keepYearly(count), "yearly must keep at least 1, not " + count);
      assertRefused(
          () -> keepLast(1).atLeast(count), "at least must keep at least 1, not " + count);
      assertRefused(
          () -> RetentionPolicy.keepWithinBytes(count),
          "within-bytes must be at least 1, not " + count);
      assertRefused(
          () -> RetentionPolicy.keepWithinProjectBytes(count),
          "within-project-bytes must be at least 1, not " + count);
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

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessage(message);
  }
}
