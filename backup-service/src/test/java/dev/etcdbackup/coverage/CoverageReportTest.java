package dev.etcdbackup.coverage;

import static dev.etcdbackup.coverage.CoverageState.FRESH;
import static dev.etcdbackup.coverage.CoverageState.MISSING;
import static dev.etcdbackup.coverage.CoverageState.NOT_AUTOMATED;
import static dev.etcdbackup.coverage.CoverageState.STALE;
import static dev.etcdbackup.coverage.CoverageState.UNCONFIGURED;
import static dev.etcdbackup.coverage.CoverageState.YOUNG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.StoredBackup;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CoverageReportTest {
  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final Duration DAY = Duration.ofHours(24);

  private static final String SEED =
      """
      bare-metal/etcd-backup-2020-02-03-14-40-07.tar.gz
      bare-metal/etcd-backup-2020-02-03-14-50-03.tar.gz
      bare-metal/etcd-backup-2020-02-03-15-00-10.tar.gz
      bare-metal/etcd-backup-2020-02-03-15-10-06.tar.gz
      bare-metal/etcd-backup-2020-02-03-15-30-05.tar.gz
      bare-metal/etcd-backup-2020-02-03-15-40-01.tar.gz
      bare-metal/etcd-backup-2020-02-03-15-50-08.tar.gz
      cray-bos/etcd.backup_v1200_2020-02-03-20:45:48
      cray-bos/etcd.backup_v240_2020-01-30-20:44:34
      cray-bos/etcd.backup_v480_2020-01-31-20:44:34
      cray-bos/etcd.backup_v720_2020-02-01-20:45:48
      cray-bos/etcd.backup_v960_2020-02-02-20:45:48
      cray-bss/etcd.backup_v1450_2020-01-30-20:44:41
      cray-bss/etcd.backup_v4183_2020-02-01-20:45:48
      cray-bss/etcd.backup_v5771_2020-02-02-20:45:48
      cray-bss/etcd.backup_v7210_2020-02-03-20:45:48
      cray-crus/etcd.backup_v1_2020-01-30-20:44:48
      cray-crus/etcd.backup_v1_2020-02-01-20:45:48
      cray-crus/etcd.backup_v1_2020-02-02-20:45:48
      cray-crus/etcd.backup_v1_2020-02-03-20:45:48
      cray-externaldns/etcd.backup_v2_2020-01-30-20:44:55
      cray-externaldns/etcd.backup_v2_2020-02-01-20:45:48
      cray-externaldns/etcd.backup_v2_2020-02-02-20:45:48
      cray-fas/etcd.backup_v60303_2020-02-03-20:45:48
      cray-fas/etcd.backup_v63195_2020-01-30-20:44:55
      cray-fas/etcd.backup_v66092_2020-02-01-20:45:48
      cray-fas/etcd.backup_v68972_2020-02-02-20:45:48
      cray-fas/etcd.backup_v71858_2020-02-03-20:45:48
      """;

  private static Backup backup(String key) {
    return Backup.of(new StoredBackup(BackupKey.parse(key), 0, NOW, ""), ZoneOffset.UTC);
  }

  private static List<Backup> backups(String... keys) {
    return Arrays.stream(keys).map(CoverageReportTest::backup).toList();
  }

  /** The only row of a report on one project. */
  private static CoverageRow row(CoveredProject project, String... keys) {
    List<CoverageRow> rows = CoverageReport.of(List.of(project), backups(keys), NOW).rows();
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private static boolean healthy(List<CoveredProject> projects, List<Backup> stored) {
    return Coverage.of(projects, stored, NOW, 1).healthy();
  }

  private static CoveredProject daily(String project) {
    return CoveredProject.automated(project, DAY);
  }

  @Test
  void theSeedIsCoveredButForExternalDns() {
    List<CoveredProject> projects =
        Stream.concat(
                Stream.of("cray-bos", "cray-bss", "cray-crus", "cray-externaldns", "cray-fas")
                    .map(project -> daily(project).withMaxAge(DAY)),
                Stream.of("cray-hbtd", "cray-hmnfd", "cray-reds", "cray-uas-mgr", "cray-cps")
                    .map(project -> CoveredProject.notAutomated(project, "rebuild it")))
            .toList();
    List<Backup> stored = backups(SEED.split("\n"));
    assertThat(stored).hasSize(28);

    CoverageReport report = CoverageReport.of(projects, stored, NOW);

    assertThat(report.rows())
        .extracting(CoverageRow::project, CoverageRow::state)
        .containsExactly(
            tuple("cray-bos", FRESH),
            tuple("cray-bss", FRESH),
            tuple("cray-crus", FRESH),
            tuple("cray-externaldns", STALE),
            tuple("cray-fas", FRESH),
            tuple("cray-hbtd", NOT_AUTOMATED),
            tuple("cray-hmnfd", NOT_AUTOMATED),
            tuple("cray-reds", NOT_AUTOMATED),
            tuple("cray-uas-mgr", NOT_AUTOMATED),
            tuple("cray-cps", NOT_AUTOMATED),
            tuple("bare-metal", UNCONFIGURED));
    assertThat(report.at()).isEqualTo(NOW);
    assertThat(healthy(projects, stored)).isFalse();
    assertThat(report.rows().get(0).age()).contains(Duration.parse("PT14M12S"));
    assertThat(report.rows().get(3).age()).contains(Duration.parse("PT24H14M12S"));
    assertThat(report.rows().get(3).note()).isEqualTo("the next was due by 2020-02-03T20:45:48Z");
    assertThat(report.rows().get(4).newest())
        .contains(backup("cray-fas/etcd.backup_v71858_2020-02-03-20:45:48"));
    assertThat(report.rows().get(5).note()).isEqualTo("rebuild it");
    assertThat(report.rows().get(10).note()).isEqualTo("7 objects");
    assertThat(report.rows().get(10).newest())
        .contains(backup("bare-metal/etcd-backup-2020-02-03-15-50-08.tar.gz"));
  }

  @Test
  void aBackupMayBeOneIntervalAndOneHourOldAndNotASecondMore() {
    assertThat(row(daily("p"), "p/e_v1_2020-02-02-20:00:00").state()).isEqualTo(FRESH);
    assertThat(row(daily("p"), "p/e_v1_2020-02-02-19:59:59").state()).isEqualTo(STALE);
  }

  @Test
  void aTarballIsAsGoodAsAPeriodicBackup() {
    CoverageRow row = row(daily("p"), "p/etcd-backup-2020-02-03-20-00-00.tar.gz");
    assertThat(row.state()).isEqualTo(FRESH);
    assertThat(row.age()).contains(Duration.ofHours(1));
  }

  @Test
  void manualBackupsDoNotCount() {
    CoverageRow row = row(daily("p"), "p/before-upgrade", "p/etcd.backup_v1_2020-02-03");
    assertThat(row.state()).isEqualTo(MISSING);
    assertThat(row.newest()).isEmpty();
    assertThat(row.age()).isEmpty();
    assertThat(row.note()).isEqualTo("no backup");
  }

  @Test
  void theNewestIsTheLatestInTimeNotInText() {
    CoverageRow row =
        row(daily("p"), "p/e_v9_2020-02-01-00:00:00", "p/e_v1_2020-02-03-20:00:00", "p/zzz");
    assertThat(row.newest()).contains(backup("p/e_v1_2020-02-03-20:00:00"));
  }

  @Test
  void backupsDatedMoreThanAnHourAheadAreReportedButNotCounted() {
    CoverageRow row =
        row(daily("p"), "p/e_v1_2020-01-01-00:00:00", "p/e_v2_2020-02-03-22:00:01", "p/e_v3_x");
    assertThat(row.state()).isEqualTo(STALE);
    assertThat(row.note()).endsWith("; 1 dated more than an hour ahead, not counted");

    CoverageRow only = row(daily("p"), "p/etcd-backup-2021-01-01-00-00-00.tar.gz");
    assertThat(only.state()).isEqualTo(MISSING);
    assertThat(only.note()).isEqualTo("no backup; 1 dated more than an hour ahead, not counted");
  }

  @Test
  void aBackupDatedALittleAheadIsFreshAndOfNoAge() {
    CoverageRow row = row(daily("p"), "p/e_v2_2020-02-03-22:00:00");
    assertThat(row.state()).isEqualTo(FRESH);
    assertThat(row.age()).contains(Duration.ZERO);
  }

  @Test
  void aProjectWithoutABackupIsYoungUntilOneIsDue() {
    Instant born = NOW.minus(Duration.ofHours(25));
    CoverageRow young = row(daily("p").withSince(born), "p/manual");
    assertThat(young.state()).isEqualTo(YOUNG);
    assertThat(young.note()).isEqualTo("the first is due by 2020-02-03T21:00:00Z");
    assertThat(row(daily("p").withSince(born.minusSeconds(1))).state()).isEqualTo(MISSING);
    assertThat(row(daily("p").withSince(NOW.plusSeconds(60))).state()).isEqualTo(YOUNG);
  }

  @Test
  void aStaleBackupIsStaleHoweverYoungTheProject() {
    assertThat(row(daily("p").withSince(NOW), "p/e_v1_2020-01-01-00:00:00").state())
        .isEqualTo(STALE);
  }

  @Test
  void aProjectThatIsNotAutomatedShowsItsNewestBackupAllTheSame() {
    CoverageRow row =
        row(CoveredProject.notAutomated("p", "restart the pods"), "p/e_v1_2020-01-01-21:00:00");
    assertThat(row.state()).isEqualTo(NOT_AUTOMATED);
    assertThat(row.age()).contains(Duration.ofDays(33));
    assertThat(row.note()).isEqualTo("restart the pods");
  }

  @Test
  void onlyStaleAndMissingProjectsAreUnhealthy() {
    List<CoveredProject> fine =
        List.of(
            daily("fresh"),
            daily("young").withSince(NOW),
            CoveredProject.notAutomated("by-hand", ""));
    List<Backup> stored = backups("fresh/e_v1_2020-02-03-20:00:00", "stranger/x");

    CoverageReport report = CoverageReport.of(fine, stored, NOW);

    assertThat(healthy(fine, stored)).isTrue();
    assertThat(report.rows())
        .extracting(CoverageRow::state)
        .containsExactly(FRESH, YOUNG, NOT_AUTOMATED, UNCONFIGURED);
    assertThat(healthy(List.of(daily("gone")), stored)).isFalse();
  }

  @Test
  void projectsAreDistinguishedByTheWholeName() {
    CoverageReport report =
        CoverageReport.of(
            List.of(daily("cray-bos")),
            backups("cray-bos-2/e_v1_2020-02-03-20:00:00", "cray-bos/e_v1_2020-01-03-20:00:00"),
            NOW);
    assertThat(report.rows())
        .extracting(CoverageRow::project, CoverageRow::state)
        .containsExactly(tuple("cray-bos", STALE), tuple("cray-bos-2", UNCONFIGURED));
  }

  @Test
  void unconfiguredProjectsAreSortedAndTheRootBelongsToNone() {
    CoverageReport report =
        CoverageReport.of(List.of(), backups("b/x", "a/x", "at-the-root", "a/y"), NOW);
    assertThat(report.rows())
        .extracting(CoverageRow::project, CoverageRow::note)
        .containsExactly(tuple("a", "2 objects"), tuple("b", "1 object"));
  }

  @Test
  void theOrderOfTheBackupsDoesNotMatter() {
    List<Backup> stored = backups(SEED.split("\n"));
    List<CoveredProject> projects = List.of(daily("cray-bos"), daily("cray-fas"));
    CoverageReport sorted = CoverageReport.of(projects, stored, NOW);
    List<Backup> reversed = new ArrayList<>(stored);
    Collections.reverse(reversed);
    assertThat(CoverageReport.of(projects, reversed, NOW)).isEqualTo(sorted);
  }

  @Test
  void whatCannotBeMeantIsRefused() {
    assertThatThrownBy(
            () -> CoverageReport.of(List.of(daily("twice"), daily("twice")), List.of(), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("project 'twice' is configured twice");
    assertThatThrownBy(() -> daily("..")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CoveredProject.notAutomated("a/b", ""))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> CoveredProject.automated("p", Duration.ZERO))
        .hasMessage("interval must be more than 0 and less than 36500 days, not PT0S");
    assertThatThrownBy(() -> daily("p").withMaxAge(Duration.ofSeconds(-1)))
        .hasMessage("maxAge must be more than 0 and at most 36500 days, not PT-1S");
    assertThatThrownBy(() -> daily("p").withMaxAge(Duration.ofDays(36_501)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> daily("p").withSince(Instant.MAX))
        .hasMessageStartingWith("since must be before the year 10000");
  }

  @Test
  void aProjectThatOnlyAnotherToolBacksUpIsCoveredByOthers() {
    CoverageRow row =
        row(CoveredProject.automated("p", DAY), "p/db-2020-02-03_10-00", "p/db-2020-02-02_10-00");

    assertThat(row.state()).isEqualTo(CoverageState.COVERED_BY_OTHERS);
    assertThat(row.state().isAlarming()).isFalse();
    assertThat(row.newest()).as("of this library").isEmpty();
    assertThat(row.note()).isEqualTo("bitnami: 11h ago");
  }

  @Test
  void anotherToolThatStoppedCoversNothing() {
    CoverageRow row = row(CoveredProject.automated("p", DAY), "p/db-2020-02-02_10-00");

    assertThat(row.state()).isEqualTo(MISSING);
    assertThat(row.note()).startsWith("no backup; bitnami: ").endsWith(" ago");
  }

  @Test
  void anotherToolDoesNotHideThatOurBackupsAreStale() {
    CoverageRow row =
        row(
            CoveredProject.automated("p", DAY),
            "p/db-2020-02-03_10-00",
            "p/etcd.backup_v1_2020-01-30-20:44:48");

    assertThat(row.state()).isEqualTo(STALE);
    assertThat(row.note()).endsWith("; bitnami: 11h ago");
  }

  @Test
  void incrementsAndCompanionsCoverNothing() {
    CoverageRow row =
        row(
            CoveredProject.automated("p", DAY),
            "p/v2/Incr-00000000-00009002-1580760000",
            "p/main/2020-02-03T10:00:00Z-000001/_etcd_backup.meta");

    assertThat(row.state()).isEqualTo(MISSING);
  }

  @Test
  void projectsThatAreNotConfiguredMayBeCoveredByOthers() {
    List<CoverageRow> rows =
        CoverageReport.of(
                List.of(),
                backups("a/db-2020-02-03_10-00", "b/db-2020-02-01_10-00", "c/by-hand"),
                NOW)
            .rows();

    assertThat(rows)
        .extracting(CoverageRow::project, CoverageRow::state)
        .containsExactly(
            tuple("a", CoverageState.COVERED_BY_OTHERS),
            tuple("b", UNCONFIGURED),
            tuple("c", UNCONFIGURED));
  }

  @Test
  void daysOfOtherToolsAreShownAsTheirs() {
    Coverage coverage =
        Coverage.of(
            List.of(CoveredProject.automated("p", DAY)),
            backups("p/db-2020-02-02_10-00", "p/db-2020-02-02_11-00", "p/db-2020-02-03_10-00"),
            NOW,
            3);

    assertThat(coverage.projects().get(0).days())
        .extracting(CoverageDay::state, CoverageDay::note)
        .containsExactly(
            tuple(CoverageDay.State.NONE, ""),
            tuple(CoverageDay.State.OTHERS, "2 backups of another tool"),
            tuple(CoverageDay.State.OTHERS, "1 backup of another tool"));
    assertThat(coverage.page()).contains("covered by others");
    assertThat(coverage.json()).contains("\"covered-by-others\"");
  }
}
