package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private final Samples samples = new Samples();

  @Test
  void aRatioIsThatOfOneRoundAgainstTheSumOfThePeersSteps() {
    add("ours", 3, 6);
    add("save", 4, 8);
    add("copy", 2, 4);

    Verdict verdict = wall("ours", List.of(List.of("save", "copy")));

    assertThat(verdict.values()).containsExactly(0.5, 0.5);
    assertThat(verdict.against()).isEqualTo("save + copy");
  }

  @Test
  void thePeerIsTheFasterOneByItsMedian() {
    add("ours", 1, 1, 1);
    add("mostly fast", 2, 2, 100);
    add("steady", 4, 4, 4);

    Verdict verdict = wall("ours", List.of(List.of("steady"), List.of("mostly fast")));

    assertThat(verdict.against()).isEqualTo("mostly fast");
    assertThat(verdict.values()).containsExactly(0.5, 0.5, 0.01);
  }

  @Test
  void thePeerOfACpuRatioIsTheFasterByTheClockAllTheSame() {
    samples.add("ours", new Measurement(1, 6, 0));
    samples.add("fast and dear", new Measurement(2, 8, 0));
    samples.add("slow and cheap", new Measurement(9, 1, 0));
    List<List<String>> peers = List.of(List.of("slow and cheap"), List.of("fast and dear"));

    Verdict verdict =
        new Comparison("case", "CPU", Measurement::cpuSeconds, "ours", peers, 1.0).judge(samples);

    assertThat(verdict.values()).containsExactly(0.75);
    assertThat(verdict.outcome()).isEqualTo("met");
  }

  @Test
  void theMedianDecidesOverABar() {
    assertThat(Verdict.alone("", "", "×", List.of(0.1, 0.7, 9.0), 0.7).outcome()).isEqualTo("met");
    assertThat(Verdict.alone("", "", "×", List.of(0.1, 0.71, 0.9), 0.7).outcome())
        .isEqualTo("missed");
    assertThat(Verdict.alone("", "", "×", List.of(0.1), null).outcome()).isEmpty();
  }

  @Test
  void stepsOneAfterTheOtherAddUpAndKeepTheHigherPeak() {
    Measurement sum = new Measurement(1, 2, 30).then(new Measurement(10, 20, 7));

    assertThat(sum).isEqualTo(new Measurement(11, 22, 30));
  }

  private void add(String step, double... seconds) {
    for (double wall : seconds) {
      samples.add(step, new Measurement(wall, 0, 0));
    }
  }

  private Verdict wall(String ours, List<List<String>> peers) {
    return new Comparison("case", "title", Measurement::seconds, ours, peers, null).judge(samples);
  }
}
