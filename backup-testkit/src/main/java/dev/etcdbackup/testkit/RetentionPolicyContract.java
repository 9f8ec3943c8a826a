package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.Series;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The contract of {@link RetentionPolicy} as JUnit 5 tests. Extend this class and implement how the
 * policy is created. Tests of the policy have to check that it keeps the right backups.
 *
 * <pre>{@code
 * class KeepFullMoonsTest extends RetentionPolicyContract {
 *   @Override
 *   protected RetentionPolicy newPolicy() {
 *     return new KeepFullMoons();
 *   }
 * }
 * }</pre>
 *
 * <p>The tests apply the policy to 20 histories of up to a few hundred backups, each generated from
 * a seed that is in the name of the test. They take about 1 second.
 */
public abstract class RetentionPolicyContract {
  private static final Instant NOW = Histories.NOW;

  /** For subclasses. */
  protected RetentionPolicyContract() {}

  /**
   * Creates the policy to test. Called once or twice in each test.
   *
   * @return the policy
   */
  protected abstract RetentionPolicy newPolicy();

  /**
   * Returns whether the policy weighs the series of a project against each other, for which it
   * overrides {@link RetentionPolicy#keepInProject}. Then a plan need not be the same for a series
   * alone, but still for a project alone.
   *
   * @return false by default
   */
  protected boolean weighsSeries() {
    return false;
  }

  /** A policy chooses, it does not add. */
  @EachHistory
  void keepsOnlyBackupsFromItsInput(long seed) {
    List<Backup> series = Histories.series(seed);
    assertThat(series).containsAll(newPolicy().keep(series, NOW).keySet());
  }

  /** Nothing is kept of nothing. */
  @Test
  void keepsNothingOfAnEmptySeries() {
    assertThat(newPolicy().keep(List.of(), NOW)).isEmpty();
  }

  /** Reasons are shown in one line of a dry run. */
  @EachHistory
  void givesAReasonOfOneLineForWhatItKeeps(long seed) {
    assertThat(newPolicy().keep(Histories.series(seed), NOW).values())
        .allSatisfy(
            reason ->
                assertThat(reason)
                    .isNotBlank()
                    .doesNotContainPattern("[\\p{Cntrl}]")
                    .hasSizeLessThanOrEqualTo(200));
  }

  /** A plan that was shown is the plan that is carried out. */
  @EachHistory
  void answersTheSameTwice(long seed) {
    RetentionPolicy policy = newPolicy();
    List<Backup> series = Histories.series(seed);
    Map<Backup, String> first = Map.copyOf(policy.keep(series, NOW));
    assertThat(policy.keep(Histories.series(seed), NOW)).isEqualTo(first);
    assertThat(newPolicy().keep(series, NOW)).isEqualTo(first);
  }

  /** Otherwise a second pruning, right after the first, would delete more. */
  @EachHistory
  void keepsAllOfWhatItKept(long seed) {
    RetentionPolicy policy = newPolicy();
    List<Backup> kept = policy.plan(Histories.listing(seed), NOW).toKeep();
    assertThat(policy.plan(kept, NOW).toDelete())
        .as("what a second pruning deletes, right after the first")
        .isEmpty();
  }

  /** Otherwise a delete that failed, or a pruning cut short, would cost backups that were kept. */
  @EachHistory
  void keepsTheSameWhenSomeOfTheRestAreGone(long seed) {
    RetentionPolicy policy = newPolicy();
    List<Backup> series = Histories.series(seed);
    Set<Backup> kept = policy.keep(series, NOW).keySet();
    Random random = new Random(seed);
    List<Backup> fewer =
        series.stream().filter(one -> kept.contains(one) || random.nextBoolean()).toList();
    assertThat(policy.keep(fewer, NOW).keySet())
        .as("what is kept when some of what is not kept are gone")
        .isEqualTo(kept);
  }

  /** A plan has a decision for each backup, in the order of the keys. */
  @EachHistory
  void decidesOnEachBackupInTheOrderOfTheKeys(long seed) {
    List<Backup> listing = Histories.listing(seed);
    assertThat(newPolicy().plan(shuffled(listing, seed), NOW).decisions())
        .map(Decision::backup)
        .containsExactlyElementsOf(listing);
  }

  /** A listing comes as the store has it. */
  @EachHistory
  void plansTheSameForEveryOrderOfTheBackups(long seed) {
    RetentionPolicy policy = newPolicy();
    List<Backup> listing = Histories.listing(seed);
    assertThat(Set.copyOf(policy.plan(shuffled(listing, seed), NOW).toKeep()))
        .isEqualTo(Set.copyOf(policy.plan(listing, NOW).toKeep()));
  }

  /** Newest by time, and by the revision as a number: never by the order of strings. */
  @EachHistory
  void neverDeletesTheNewestOfASeries(long seed) {
    List<Backup> listing = Histories.listing(seed);
    List<Backup> kept = newPolicy().plan(listing, NOW).toKeep();
    assertThat(kept)
        .containsAll(
            series(listing).values().stream()
                .map(series -> Collections.max(series, Backup.OLDEST_FIRST))
                .toList());
  }

  /** Ten-minute tarballs never push out daily backups, nor one cluster those of another. */
  @EachHistory
  void plansEachSeriesByItself(long seed) {
    RetentionPolicy policy = newPolicy();
    List<Backup> listing = Histories.listing(seed);
    List<Backup> deleted = policy.plan(listing, NOW).toDelete();
    Collection<List<Backup>> parts =
        weighsSeries() ? projects(listing).values() : series(listing).values();
    for (List<Backup> alone : parts) {
      assertThat(policy.plan(alone, NOW).toDelete())
          .as(
              "deleted of %s alone, and when other %s are there (see weighsSeries())",
              weighsSeries() ? alone.get(0).key().project() : alone.get(0).series().orElseThrow(),
              weighsSeries() ? "projects" : "series")
          .containsExactlyInAnyOrderElementsOf(deleted.stream().filter(alone::contains).toList());
    }
  }

  /** Backups that were named by people or other programs are never deleted. */
  @EachHistory
  void leavesAloneWhatIsOfNoSeries(long seed) {
    assertThat(newPolicy().plan(Histories.listing(seed), NOW).toDelete())
        .allMatch(backup -> backup.series().isPresent());
  }

  /** A clock that ran ahead once must not cost a backup. */
  @EachHistory
  void leavesAloneWhatIsDatedAhead(long seed) {
    assertThat(newPolicy().plan(Histories.listing(seed), NOW).toDelete())
        .noneMatch(backup -> backup.isDatedAhead(NOW));
  }

  /** What is dated ahead is in no series. */
  private static Map<Series, List<Backup>> series(List<Backup> listing) {
    return listing.stream()
        .filter(backup -> backup.series().isPresent() && !backup.isDatedAhead(NOW))
        .collect(Collectors.groupingBy(backup -> backup.series().orElseThrow()));
  }

  private static Map<String, List<Backup>> projects(List<Backup> listing) {
    return listing.stream().collect(Collectors.groupingBy(backup -> backup.key().project()));
  }

  private static List<Backup> shuffled(List<Backup> listing, long seed) {
    List<Backup> shuffled = new ArrayList<>(listing);
    Collections.shuffle(shuffled, new Random(seed));
    return shuffled;
  }
}
