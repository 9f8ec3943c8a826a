package dev.etcdbackup.testkit;

import static dev.etcdbackup.retention.RetentionPolicy.keepDaily;
import static dev.etcdbackup.retention.RetentionPolicy.keepHourly;
import static dev.etcdbackup.retention.RetentionPolicy.keepLast;
import static dev.etcdbackup.retention.RetentionPolicy.keepMonthly;
import static dev.etcdbackup.retention.RetentionPolicy.keepWeekly;
import static dev.etcdbackup.retention.RetentionPolicy.keepWithin;
import static dev.etcdbackup.retention.RetentionPolicy.keepWithinBytes;
import static dev.etcdbackup.retention.RetentionPolicy.keepWithinProjectBytes;
import static dev.etcdbackup.testkit.ContractRun.union;
import static org.assertj.core.api.Assertions.assertThat;

import dev.etcdbackup.Backup;
import dev.etcdbackup.retention.RetentionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The policies that are built in keep the contract, and wrong ones do not. */
class RetentionPolicyContractTest {
  private static Supplier<? extends RetentionPolicy> subject = WrongPolicy::new;

  @Nested
  class Last extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepLast(7);
    }
  }

  @Nested
  @Tag("slow")
  class Within extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepWithin(Duration.ofDays(7));
    }
  }

  @Nested
  @Tag("slow")
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
  @Tag("slow")
  class Weekly extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepWeekly(5);
    }
  }

  @Nested
  @Tag("slow")
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
  @Tag("slow")
  class BareMetalOfTheReplacedSystem extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepLast(14).then(keepHourly(16)).then(keepDaily(30));
    }
  }

  @Nested
  class WithinBytes extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepWithinBytes(20_000);
    }
  }

  @Nested
  class WithinProjectBytes extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return keepWithinProjectBytes(20_000);
    }

    @Override
    protected boolean weighsSeries() {
      return true;
    }
  }

  @Nested
  class OfOnesOwn extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return (newestFirst, now) -> Map.of();
    }
  }

  @Nested
  @Tag("server")
  @Tag("night")
  class WrongOnes {
    private final ContractRun contract = new ContractRun(Subject.class);

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("dev.etcdbackup.testkit.WrongPolicy#all")
    void areCaughtAPolicyThat(
        String isWrong, String rule, Supplier<RetentionPolicy> policy, String[] alsoNoticedBy) {
      subject = policy;
      assertThat(contract.failing())
          .as("failing tests of a policy that %s", isWrong)
          .containsExactlyInAnyOrderElementsOf(union(rule, alsoNoticedBy));
    }

    @Test
    void areMadeOfOneThatIsAccepted() {
      subject = WrongPolicy::new;
      assertThat(contract.failing()).isEmpty();
    }

    @Test
    void breakEveryRule() {
      assertThat(WrongPolicy.all().map(wrong -> wrong.get()[1])).containsAll(contract.rules());
    }
  }

  static class Subject extends RetentionPolicyContract {
    @Override
    protected RetentionPolicy newPolicy() {
      return subject.get();
    }
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
    assertThat(series.stream().map(backup -> backup.stored().size()).distinct())
        .as("sizes")
        .hasSizeGreaterThan(10);
    assertThat(Histories.listing(3)).anyMatch(backup -> backup.isDatedAhead(Histories.NOW));
    assertThat(Histories.listing(3)).anyMatch(backup -> backup.series().isEmpty());
  }

  private static long revision(List<Backup> series, int i) {
    return series.get(i).name().revision().orElseThrow();
  }
}
