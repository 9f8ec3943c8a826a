package dev.etcdbackup.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * The middle and the ends of some figures. With an even number of them the median is the mean of
 * the two in the middle.
 */
record Spread(double median, double lowest, double highest) {
  static Spread of(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("values must not be empty");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.get(0), sorted.get(sorted.size() - 1));
  }

  /** As {@code 0.62 (0.58-0.71)}; the median alone when there is nothing around it. */
  String text(int decimals) {
    String number = "%." + decimals + "f";
    String middle = String.format(Locale.ROOT, number, median);
    return lowest == highest
        ? middle
        : middle + String.format(Locale.ROOT, " (" + number + "-" + number + ")", lowest, highest);
  }
}
