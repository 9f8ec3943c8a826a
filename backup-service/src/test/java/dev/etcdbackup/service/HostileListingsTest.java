package dev.etcdbackup.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.BackupException;
import dev.etcdbackup.BackupKey;
import dev.etcdbackup.CorruptBackupException;
import dev.etcdbackup.Series;
import dev.etcdbackup.StoreException;
import dev.etcdbackup.StoredBackup;
import dev.etcdbackup.Verification;
import dev.etcdbackup.coverage.Coverage;
import dev.etcdbackup.coverage.CoveredProject;
import dev.etcdbackup.name.BackupKind;
import dev.etcdbackup.name.HostileNames;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/**
 * Applies the service to 100,000 listings with invalid names, sizes, times and duplicates. Only
 * documented exceptions are thrown, and only backups that may be deleted are deleted.
 */
class HostileListingsTest {
  private static final long SEED = 20_200_203;

  /** A hundred thousand; fewer where the build asks for a share, in percent. */
  private static final int LISTINGS = 1_000 * Integer.getInteger("etcdbackup.test.share", 100);

  private static final Instant NOW = Instant.parse("2020-02-03T21:00:00Z");
  private static final List<CoveredProject> EXPECTED =
      List.of(
          CoveredProject.automated("p", Duration.ofDays(1)),
          CoveredProject.automated("q", Duration.ofHours(1)),
          CoveredProject.notAutomated("p-2", "by hand"));
  private static final List<RetentionPolicy> POLICIES =
      List.of(
          RetentionPolicy.keepLast(1),
          RetentionPolicy.keepLast(3).or(RetentionPolicy.keepDaily(2)),
          RetentionPolicy.keepWithin(Duration.ofDays(2)).then(RetentionPolicy.keepWeekly(2)),
          RetentionPolicy.keepHourly(5).then(RetentionPolicy.keepMonthly(1)));

  private final Random random = new Random(SEED);
  private int refused;
  private int unproved;
  private int pruned;

  @Test
  void ofAHundredThousandListingsNoneMakesATrapOfListCoverageOrPrune() throws Exception {
    HostileNames names = new HostileNames(SEED);
    DocumentBuilder xml = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    for (int i = 0; i < LISTINGS; i++) {
      HostileListing store = new HostileListing(random, names, NOW);
      RetentionPolicy policy = POLICIES.get(random.nextInt(POLICIES.size()));
      try {
        checkList(store);
        Coverage coverage = coverage(store);
        if (i % 8 == 0) {
          checkDocuments(coverage, xml);
        }
        if (i % 4 == 0) {
          checkPruneThatVerifies(store, policy);
        }
        checkPrune(store, policy);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("seed " + SEED + ", listing " + i + ", " + policy, e);
      }
    }
    assertThat(refused).as("listings that were refused").isGreaterThan(LISTINGS / 50);
    assertThat(unproved).as("prunes that stopped at a bad backup").isGreaterThan(LISTINGS / 50);
    assertThat(pruned).as("prunes that deleted something").isGreaterThan(LISTINGS / 4);
  }

  private static BackupService service(HostileListing store) {
    return BackupService.builder(store)
        .clock(() -> NOW)
        .verifier((backup, from) -> new Verification(List.of("is " + backup.key())))
        .build();
  }

  private static void checkList(HostileListing store) throws BackupException {
    List<Backup> listed = service(store).list("");
    require(listed.stream().map(Backup::stored).toList().equals(store.all), "the list is another");
    Optional<Backup> latest = service(store).latest("p");
    require(
        latest.map(one -> one.kind().hasSeries() && !one.isDatedAhead(NOW)).orElse(true),
        "the latest is none");
  }

  private static Coverage coverage(HostileListing store) throws BackupException {
    List<Backup> listed = service(store).list("");
    return Coverage.of(EXPECTED, listed, NOW, 7);
  }

  private static void checkDocuments(Coverage coverage, DocumentBuilder xml) throws Exception {
    require(isHarmless(coverage.text()), "the table acts on a terminal");
    require(isHarmless(coverage.json()), "the JSON acts on a terminal");
    require(coverage.json().chars().allMatch(c -> c < 0x7f), "the JSON is not ASCII");
    String page = coverage.page();
    require(isHarmless(page) && !page.contains("<script"), "the page is another's");
    xml.parse(new InputSource(new StringReader(page)));
  }

  /** The verifier finds everything bad, so nothing may go. */
  private void checkPruneThatVerifies(HostileListing store, RetentionPolicy policy)
      throws BackupException {
    try {
      PruneReport report = service(store).prune("p", policy);
      require(report.deleted().isEmpty(), "deleted beside what is bad");
    } catch (CorruptBackupException e) {
      require(
          isHarmless(e.getMessage()) && !e.getMessage().contains("\n"), "the line of a failure");
      unproved++;
    } catch (StoreException e) {
      require(store.broken("p"), "refused a listing that is whole");
    }
    require(store.deleted.isEmpty(), "deleted beside what is bad");
  }

  private void checkPrune(HostileListing store, RetentionPolicy policy) throws BackupException {
    PruneReport report;
    try {
      report = service(store).prune(PruneRequest.builder("p", policy).skipVerification().build());
    } catch (StoreException e) {
      require(store.broken("p"), "refused a listing that is whole");
      require(
          isHarmless(e.getMessage()) && !e.getMessage().contains("\n"), "the line of a failure");
      require(store.deleted.isEmpty(), "deleted after a broken listing");
      refused++;
      return;
    }
    require(!store.broken("p"), "believed a broken listing");
    RetentionPlan plan = report.plan();
    require(plan.decisions().size() == store.list("p").size(), "not one decision for each");
    require(plan.decisions().stream().allMatch(one -> isHarmless(one.reason())), "a reason");
    Set<BackupKey> toGo = new HashSet<>();
    plan.toDelete().forEach(one -> toGo.add(one.key()));
    require(
        toGo.equals(Set.copyOf(store.deleted)) && toGo.equals(report.deleted()), "not as planned");
    plan.toKeep().forEach(one -> require(!toGo.contains(one.key()), "a kept one is deleted"));
    checkDeleted(store, service(store).list("p"));
    pruned += toGo.isEmpty() ? 0 : 1;
  }

  private static void checkDeleted(HostileListing store, List<Backup> listed) {
    Set<BackupKey> deleted = new HashSet<>(store.deleted);
    require(deleted.size() == store.deleted.size(), "deleted twice");
    Optional<Instant> oldestKept =
        listed.stream()
            .filter(HostileListingsTest::counts)
            .filter(one -> !deleted.contains(one.key()))
            .map(one -> one.time().orElseThrow())
            .min(Instant::compareTo);
    Map<Series, Backup> newest = new HashMap<>();
    for (Backup backup : listed) {
      boolean counts = counts(backup);
      boolean leadsNowhere =
          backup.kind() == BackupKind.CHANGES
              && !backup.isDatedAhead(NOW)
              && oldestKept.filter(backup.time().orElseThrow()::isBefore).isPresent();
      require(
          counts || leadsNowhere || !deleted.contains(backup.key()),
          "deleted what is no candidate");
      if (counts) {
        newest.merge(
            backup.series().orElseThrow(),
            backup,
            (a, b) -> Backup.OLDEST_FIRST.compare(a, b) > 0 ? a : b);
      }
    }
    newest.values().forEach(one -> require(!deleted.contains(one.key()), "deleted the newest"));
    Set<BackupKey> known = new HashSet<>();
    store.list("p").stream().map(StoredBackup::key).forEach(known::add);
    require(known.containsAll(deleted), "deleted what was not listed");
  }

  private static boolean counts(Backup backup) {
    return backup.kind().hasSeries() && !backup.isDatedAhead(NOW);
  }

  /** Nothing but lines: no character that acts on a terminal, reorders or hides. */
  private static boolean isHarmless(String text) {
    return text.codePoints()
        .allMatch(
            c ->
                c == '\n'
                    || switch (Character.getType(c)) {
                      case Character.CONTROL,
                          Character.FORMAT,
                          Character.LINE_SEPARATOR,
                          Character.PARAGRAPH_SEPARATOR,
                          Character.SURROGATE ->
                          false;
                      default -> true;
                    });
  }

  private static void require(boolean held, String what) {
    if (!held) {
      throw new AssertionError(what);
    }
  }
}
