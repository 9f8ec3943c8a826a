package dev.etcdbackup.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OwnCostTest {
  private final Samples samples = new Samples();

  OwnCostTest() {
    for (double cpu : new double[] {3, 5}) {
      samples.add("upload", new Measurement(9, cpu, 0));
      samples.add("source", new Measurement(9, cpu - 2, 0));
    }
  }

  @Test
  void aFigureIsThatOfTheStepInEachRound() {
    Verdict verdict =
        new OwnCost("case", "CPU", "s", Measurement::cpuSeconds, "upload", null, 4.0)
            .judge(samples);

    assertThat(verdict.values()).containsExactly(3.0, 5.0);
    assertThat(verdict.unit()).isEqualTo("s");
    assertThat(verdict.outcome()).isEqualTo("met");
  }

  @Test
  void whatAnotherStepOfTheSameRoundCostsIsSubtracted() {
    Verdict verdict =
        new OwnCost("case", "CPU", "s", Measurement::cpuSeconds, "upload", "source", 1.9)
            .judge(samples);

    assertThat(verdict.values()).containsExactly(2.0, 2.0);
    assertThat(verdict.outcome()).isEqualTo("missed");
  }
}
