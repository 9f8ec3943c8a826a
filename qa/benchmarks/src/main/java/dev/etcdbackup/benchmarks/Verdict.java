package dev.etcdbackup.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the report.
 *
 * @param group the case this belongs to
 * @param title what was measured
 * @param against the peer's steps; empty when there is no peer
 * @param unit of the figures
 * @param values the figures, one a round or iteration
 * @param bar what their median may be at most; null when it is only told
 */
record Verdict(
    String group,
    String title,
    String against,
    String unit,
    List<Double> values,
    @Nullable Double bar) {
  /** A figure without a peer. */
  static Verdict alone(
      String group, String title, String unit, List<Double> values, @Nullable Double bar) {
    return new Verdict(group, title, "", unit, values, bar);
  }

  Spread figure() {
    return Spread.of(values);
  }

  String figureText() {
    return figure().text(unit.equals("ns") ? 0 : 2) + ' ' + unit;
  }

  String barText() {
    return bar == null
        ? ""
        : "≤ " + new Spread(bar, bar, bar).text(unit.equals("×") || bar < 10 ? 2 : 0);
  }

  /** {@code met}, {@code missed}, or empty when there is no bar. */
  String outcome() {
    return bar == null ? "" : figure().median() <= bar ? "met" : "missed";
  }
}
