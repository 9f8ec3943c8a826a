package dev.etcdbackup.retention;

import static dev.etcdbackup.retention.Listings.NOW;
import static dev.etcdbackup.retention.Listings.backup;
import static dev.etcdbackup.retention.Listings.backups;
import static dev.etcdbackup.retention.Listings.daily;
import static dev.etcdbackup.retention.Listings.deleted;
import static dev.etcdbackup.retention.Listings.kept;
import static dev.etcdbackup.retention.Listings.lines;
import static dev.etcdbackup.retention.RetentionPolicy.keepDaily;
import static dev.etcdbackup.retention.RetentionPolicy.keepLast;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.etcdbackup.Backup;
import dev.etcdbackup.name.BackupName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What no policy may break. */
class RetentionPlanTest {
  private static final RetentionPolicy KEEP_NOTHING = (newestFirst, now) -> Map.of();

  @Test
  void changesStayWhileABackupIsKeptThatTheyLeadFrom() {
    List<Backup> listing =
        backups(
            "p/etcd.backup_v10_2020-02-01-20:00:00",
            "p/etcd.backup_v30_2020-02-02-20:00:00",
            "p/etcd.backup_v50_2020-02-03-20:00:00",
            "p/etcd.changes_v11-v20_2020-02-01-21:00:00",
            "p/etcd.changes_v21-v30_2020-02-02-19:00:00",
            "p/etcd.changes_v21-v30_2020-02-02-19:00:00.zst",
            "p/etcd.changes_v31-v40_2020-02-02-20:00:00",
            "p/etcd.changes_v41-v50_2020-02-03-19:00:00",
            "q/etcd.changes_v1-v2_2019-02-03-19:00:00");

    assertThat(lines(keepLast(2).plan(listing, NOW)))
        .containsExactly(
            "delete p/etcd.backup_v10_2020-02-01-20:00:00 no rule keeps it",
            "keep p/etcd.backup_v30_2020-02-02-20:00:00 last 2: 2nd newest",
            "keep p/etcd.backup_v50_2020-02-03-20:00:00 last 2: newest",
            "delete p/etcd.changes_v11-v20_2020-02-01-21:00:00 changes older than every backup that"
                + " is kept",
            "keep p/etcd.changes_v21-v30_2020-02-02-19:00:00 changes that lead to the oldest backup"
                + " that is kept",
            "keep p/etcd.changes_v21-v30_2020-02-02-19:00:00.zst changes that lead to the oldest"
                + " backup that is kept",
            "keep p/etcd.changes_v31-v40_2020-02-02-20:00:00 changes after a backup that is kept",
            "keep p/etcd.changes_v41-v50_2020-02-03-19:00:00 changes after a backup that is kept",
            "keep q/etcd.changes_v1-v2_2019-02-03-19:00:00 there is no backup to tell whether they"
                + " are needed");
    assertThat(new RetentionPlan(List.of()).withChanges(listing, NOW).toDelete()).isEmpty();
    assertThatIllegalStateException()
        .isThrownBy(() -> keepLast(2).plan(listing, NOW).withChanges(listing, NOW))
        .withMessage("the plan has decisions about changes already");
  }

  @Test
  void aPlanOfTheBackupsAloneIsCompletedWithTheSameDecisions() {
    List<Backup> listing =
        backups(
            "p/etcd.backup_v10_2020-02-01-20:00:00",
            "p/etcd.backup_v30_2020-02-02-20:00:00",
            "p/etcd.changes_v11-v20_2020-02-01-21:00:00",
            "p/etcd.changes_v21-v30_2020-02-02-19:00:00",
            "p/etcd.changes_v31-v40_2020-02-02-20:00:00");
    RetentionPlan ofBackups = keepLast(1).plan(listing.subList(0, 2), NOW);

    RetentionPlan complete = ofBackups.withChanges(listing, NOW);

    assertThat(complete).isEqualTo(keepLast(1).plan(listing, NOW));
    assertThat(complete.toDelete()).hasSize(2);
  }

  /** What is dated ahead may be of any time, and what was stored by hand has none. */
  @Test
  void changesStayWithoutABackupOfAKnownTime() {
    assertThat(
            lines(
                keepLast(1)
                    .plan(
                        backups(
                            "p/etcd.backup_v30_2030-02-02-20:00:00",
                            "p/etcd.changes_v11-v20_2020-02-02-19:59:30",
                            "p/etcd.changes_v21-v30_2020-02-02-19:59:40"),
                        NOW)))
        .containsExactly(
            "keep p/etcd.backup_v30_2030-02-02-20:00:00 dated in the future",
            "keep p/etcd.changes_v11-v20_2020-02-02-19:59:30 there is no backup to tell whether"
                + " they are needed",
            "keep p/etcd.changes_v21-v30_2020-02-02-19:59:40 there is no backup to tell whether"
                + " they are needed");
  }

  @Test
  void whatWasStoredByHandKeepsNoChanges() {
    assertThat(
            deleted(
                keepLast(1),
                "p/etcd.backup_v30_2020-02-02-20:00:00",
                "p/etcd.changes_v1-v9_2020-02-01-19:59:30",
                "p/etcd.changes_v10-v20_2020-02-01-19:59:40",
                "p/by-hand"))
        .containsExactly("p/etcd.changes_v1-v9_2020-02-01-19:59:30");
  }

  /** The host that takes the backups, or its clock before it was set, may be ahead. */
  @Test
  void changesStayThatAreDatedBeforeTheBackupFromWhichTheyLead() {
    List<Backup> listing =
        backups(
            "p/etcd.backup_v30_2020-02-02-20:00:00",
            "p/etcd.changes_v11-v20_2020-02-02-19:59:30",
            "p/etcd.changes_v21-v30_2020-02-02-19:59:40",
            "p/etcd.changes_v31-v40_2020-02-02-19:59:50",
            "p/etcd.changes_v41-v50_2020-02-02-19:59:58",
            "p/etcd.changes_v51-v60_2020-02-02-20:00:10",
            "p/etcd.changes_v9001-v9002_2020-02-02-18:59:59");

    assertThat(lines(keepLast(1).plan(listing, NOW)))
        .containsExactly(
            "keep p/etcd.backup_v30_2020-02-02-20:00:00 last 1: newest",
            "delete p/etcd.changes_v11-v20_2020-02-02-19:59:30 changes older than every backup that"
                + " is kept",
            "keep p/etcd.changes_v21-v30_2020-02-02-19:59:40 changes after a backup that is kept, by"
                + " their revisions",
            "keep p/etcd.changes_v31-v40_2020-02-02-19:59:50 changes after a backup that is kept, by"
                + " their revisions",
            "keep p/etcd.changes_v41-v50_2020-02-02-19:59:58 changes that lead to the oldest backup"
                + " that is kept",
            "keep p/etcd.changes_v51-v60_2020-02-02-20:00:10 changes after a backup that is kept",
            "delete p/etcd.changes_v9001-v9002_2020-02-02-18:59:59 changes older than every backup"
                + " that is kept");
  }

  @Test
  void copiesOfOneBaseNameCountOnceAndShareTheDecisionAndTheReason() {
    RetentionPlan plan =
        keepLast(2)
            .plan(
                backups(
                    "p/etcd.backup_v1_2020-02-01-20:00:00",
                    "p/etcd.backup_v1_2020-02-01-20:00:00.zst",
                    "p/etcd.backup_v2_2020-02-02-20:00:00.zst.gpg",
                    "p/etcd.backup_v3_2020-02-03-20:00:00",
                    "p/etcd.backup_v3_2020-02-03-20:00:00.gpg",
                    "p/etcd.backup_v3_2020-02-03-20:00:00.zst"),
                NOW);

    assertThat(lines(plan))
        .containsExactly(
            "delete p/etcd.backup_v1_2020-02-01-20:00:00 no rule keeps it",
            "delete p/etcd.backup_v1_2020-02-01-20:00:00.zst no rule keeps it",
            "keep p/etcd.backup_v2_2020-02-02-20:00:00.zst.gpg last 2: 2nd newest",
            "keep p/etcd.backup_v3_2020-02-03-20:00:00 last 2: newest",
            "keep p/etcd.backup_v3_2020-02-03-20:00:00.gpg last 2: newest",
            "keep p/etcd.backup_v3_2020-02-03-20:00:00.zst last 2: newest");
  }

  @Test
  void copiesOfTheNewestBaseNameStayWhateverThePolicy() {
    assertThat(
            kept(
                KEEP_NOTHING,
                "p/etcd-backup-2020-02-01-20-00-00.tar.gz",
                "p/etcd-backup-2020-02-03-20-00-00.tar.gz",
                "p/etcd-backup-2020-02-03-20-00-00.tar.gz.gpg"))
        .containsExactly(
            "p/etcd-backup-2020-02-03-20-00-00.tar.gz",
            "p/etcd-backup-2020-02-03-20-00-00.tar.gz.gpg");
  }

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
  void aNameDatedInTheFutureIsKeptReportedAndNotCounted() {
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
  void aPolicyMayNameABackupByOneThatIsEqual() {
    String older = "p/etcd.backup_v1_2020-02-01-00:00:00";
    RetentionPolicy copying = (newestFirst, now) -> Map.of(backup(older), "a copy");

    assertThat(kept(copying, older, "p/etcd.backup_v2_2020-02-02-00:00:00"))
        .containsExactly(older, "p/etcd.backup_v2_2020-02-02-00:00:00");
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
          .withMessageContaining("not in its input");
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
  void theSeedsListingUnderTheDailyPolicyLosesNothing() throws IOException {
    List<String> keys;
    try (InputStream in = RetentionPlanTest.class.getResourceAsStream("/seed-listing.txt")) {
      keys = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }

    assertThat(deleted(keepLast(7).or(keepDaily(7)), keys)).isEmpty();
    assertThat(deleted(keepLast(4), keys.subList(7, 28)))
        .containsExactly(
            "cray-bos/etcd.backup_v240_2020-01-30-20:44:34",
            "cray-fas/etcd.backup_v63195_2020-01-30-20:44:55");
  }

  @Test
  void theOrderOfTheListingDoesNotMatterAndTheListIsNotTouched() {
    List<Backup> listing = new ArrayList<>(backups(daily(20)));
    RetentionPlan plan = keepLast(3).plan(Collections.unmodifiableList(listing), NOW);
    Collections.reverse(listing);

    assertThat(keepLast(3).plan(listing, NOW)).isEqualTo(plan);
  }
}
