package dev.etcdbackup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.retention.Decision;
import dev.etcdbackup.retention.RetentionPlan;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link RetentionPolicy} keeps to, as JUnit 5 tests: extend it, and say how to make the
 * policy. Whether the policy keeps the right backups is for tests of its own.
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
 * <p>The policy meets histories of up to some hundred backups, made from fixed seeds; takes about a
 * second.
 */
public abstract class RetentionPolicyContract {
  private static final Instant NOW = Histories.NOW;
  private static final int SEEDS = 40;

  /** For subclasses. */
  protected RetentionPolicyContract() {}

  /**
   * Makes the policy to test; called once in each test.
   *
   * @return the policy
   */
  protected abstract RetentionPolicy newPolicy();

  /** A policy chooses, it does not add. */
  @Test
  public void keepsNothingThatItWasNotOffered() {
    RetentionPolicy policy = newPolicy();
    forEachSeed(
        seed -> {
          List<Backup> series = Histories.series(seed);
          assertThat(series).as("seed %d", seed).containsAll(policy.keep(series, NOW).keySet());
        });
  }

  /** Nothing is kept of nothing. */
  @Test
  public void keepsNothingOfAnEmptySeries() {
    assertThat(newPolicy().keep(List.of(), NOW)).isEmpty();
  }

  /** Reasons are shown in one line of a dry run. */
  @Test
  public void givesAReasonOfOneLineForWhatItKeeps() {
    RetentionPolicy policy = newPolicy();
    forEachSeed(
        seed ->
            assertThat(policy.keep(Histories.series(seed), NOW).values())
                .as("seed %d", seed)
                .allSatisfy(
                    reason ->
                        assertThat(reason)
                            .isNotBlank()
                            .doesNotContainPattern("[\\p{Cntrl}]")
                            .hasSizeLessThanOrEqualTo(200)));
  }

  /** A plan that was shown is the plan that is carried out. */
  @Test
  public void answersTheSameTwice() {
    RetentionPolicy policy = newPolicy();
    forEachSeed(
        seed -> {
          List<Backup> series = Histories.series(seed);
          Map<Backup, String> first = Map.copyOf(policy.keep(series, NOW));
          assertThat(policy.keep(Histories.series(seed), NOW)).as("seed %d", seed).isEqualTo(first);
          assertThat(newPolicy().keep(series, NOW)).as("seed %d", seed).isEqualTo(first);
        });
  }

  /** Otherwise a second pruning, right after the first, would delete more. */
  @Test
  public void keepsAllOfWhatItKept() {
    RetentionPolicy policy = newPolicy();
    forEachSeed(
        seed -> {
          List<Backup> kept = policy.plan(Histories.listing(seed), NOW).toKeep();
          assertThat(policy.plan(kept, NOW).toDelete()).as("seed %d", seed).isEmpty();
        });
  }

  /** Otherwise a delete that failed, or a pruning cut short, would cost backups that were kept. */
  @Test
  public void keepsTheSameWhenSomeOfTheRestAreGone() {
    RetentionPolicy policy = newPolicy();
    forEachSeed(
        seed -> {
          List<Backup> series = Histories.series(seed);
          Set<Backup> kept = policy.keep(series, NOW).keySet();
          Random random = new Random(seed);
          List<Backup> fewer =
              series.stream().filter(one -> kept.contains(one) || random.nextBoolean()).toList();
          assertThat(policy.keep(fewer, NOW).keySet()).as("seed %d", seed).isEqualTo(kept);
        });
  }

  /** A plan has a decision for each backup, in the order of the keys. */
  @Test
  public void plansTheSameInWhateverOrderTheBackupsCome() {
    RetentionPolicy policy = newPolicy();
    forEachSeed(
        seed -> {
          List<Backup> listing = Histories.listing(seed);
          RetentionPlan plan = policy.plan(listing, NOW);
          assertThat(plan.decisions())
              .as("seed %d", seed)
              .map(Decision::backup)
              .containsExactlyElementsOf(listing);
          List<Backup> shuffled = new ArrayList<>(listing);
          Collections.shuffle(shuffled, new Random(seed));
          assertThat(policy.plan(shuffled, NOW)).as("seed %d", seed).isEqualTo(plan);
        });
  }

  private static void forEachSeed(LongConsumer test) {
    LongStream.range(0, SEEDS).forEach(test);
  }
}
