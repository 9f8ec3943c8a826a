package dev.etcdbackup.testkit;

import static dev.etcdbackup.retention.RetentionPolicy.keepDaily;
import static dev.etcdbackup.retention.RetentionPolicy.keepHourly;
import static dev.etcdbackup.retention.RetentionPolicy.keepLast;
import static dev.etcdbackup.retention.RetentionPolicy.keepMonthly;
import static dev.etcdbackup.retention.RetentionPolicy.keepWeekly;
import static dev.etcdbackup.retention.RetentionPolicy.keepWithin;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.etcdbackup.Backup;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The policies that are built in keep the contract, and wrong ones do not. */
class RetentionPolicyContractTest {
  @Nested
  class Last extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepLast(7);
    }
  }

  @Nested
  class Within extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepWithin(Duration.ofDays(7));
    }
  }

  @Nested
  class Hourly extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepHourly(24);
    }
  }

  @Nested
  class Daily extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepDaily(7);
    }
  }

  @Nested
  class Weekly extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepWeekly(5);
    }
  }

  @Nested
  class Monthly extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepMonthly(12);
    }
  }

  @Nested
  class DailyOfTheReplacedSystem extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepLast(7).or(keepDaily(7));
    }
  }

  @Nested
  class BareMetalOfTheReplacedSystem extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepLast(14).then(keepHourly(16)).then(keepDaily(30));
    }
  }

  @Nested
  class OfOnesOwn extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return (newestFirst, now) -> Map.of();
    }
  }

  @Test
  void thePolicyThatAddsBackupsIsCaught() {
    Backup stranger = Histories.listing(1).get(0);
    assertCaught(
        (newestFirst, now) -> Map.of(stranger, "a stranger"),
        RetentionPolicyContract::keepsNothingThatItWasNotOffered,
        RetentionPolicyContract::keepsNothingOfAnEmptySeries);
  }

  @Test
  void thePolicyThatGivesNoReasonIsCaught() {
    for (String reason : new String[] {"", "two\nlines", null}) {
      assertCaught(
          (newestFirst, now) -> reasons(newestFirst, reason),
          RetentionPolicyContract::givesAReasonOfOneLineForWhatItKeeps);
    }
  }

  @Test
  void thePolicyThatRemembersIsCaught() {
    AtomicInteger calls = new AtomicInteger();
    assertCaught(
        (newestFirst, now) -> keepLast(1 + calls.getAndIncrement() % 2).keep(newestFirst, now),
        RetentionPolicyContract::answersTheSameTwice,
        RetentionPolicyContract::plansTheSameInWhateverOrderTheBackupsCome);
  }

  @Test
  void thePolicyThatKeepsAShareIsCaught() {
    RetentionPolicy everySecond =
        (newestFirst, now) ->
            reasons(
                IntStream.range(0, newestFirst.size())
                    .filter(i -> i % 2 == 0)
                    .mapToObj(newestFirst::get)
                    .toList(),
                "every second");
    assertCaught(
        everySecond,
        RetentionPolicyContract::keepsAllOfWhatItKept,
        RetentionPolicyContract::keepsTheSameWhenSomeOfTheRestAreGone);
  }

  @Test
  void theHistoriesHoldWhatMakesRetentionHard() {
    List<Backup> series = Histories.series(3);
    assertThat(series).hasSizeGreaterThan(50).isSortedAccordingTo(Backup.OLDEST_FIRST.reversed());
    assertThat(IntStream.range(1, series.size()))
        .as("revisions that went down")
        .anyMatch(i -> revision(series, i - 1) < revision(series, i));
    assertThat(IntStream.range(1, series.size()))
        .as("backups of the same second")
        .anyMatch(i -> series.get(i - 1).time().equals(series.get(i).time()));
    assertThat(Histories.listing(3)).anyMatch(backup -> backup.isDatedAhead(Histories.NOW));
    assertThat(Histories.listing(3)).anyMatch(backup -> backup.series().isEmpty());
  }

  @SafeVarargs
  private static void assertCaught(
      RetentionPolicy wrong, Consumer<RetentionPolicyContract>... rules) {
    RetentionPolicyContract contract =
        new RetentionPolicyContract() {
          @Override
          protected RetentionPolicy newPolicy() {
            return wrong;
          }
        };
    for (Consumer<RetentionPolicyContract> rule : rules) {
      assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> rule.accept(contract));
    }
  }

  private static Map<Backup, String> reasons(List<Backup> backups, String reason) {
    Map<Backup, String> reasons = new HashMap<>();
    backups.forEach(backup -> reasons.put(backup, reason));
    return reasons;
  }

  private static long revision(List<Backup> series, int i) {
    return series.get(i).name().revision().orElseThrow();
  }
}
