package dev.etcdbackup.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What every step cost in every round. */
final class Samples {
  private final Map<String, List<Measurement>> byStep = new LinkedHashMap<>();

  void add(String step, Measurement run) {
    byStep.computeIfAbsent(step, s -> new ArrayList<>()).add(run);
  }

  /** Round by round the cost of these steps, one after the other. */
  List<Measurement> of(List<String> steps) {
    List<Measurement> sums = new ArrayList<>();
    for (String step : steps) {
      List<Measurement> runs = byStep.get(step);
      if (runs == null) {
        throw new IllegalArgumentException("no step '" + step + "' was run");
      }
      for (int i = 0; i < runs.size(); i++) {
        if (sums.size() == i) {
          sums.add(runs.get(i));
        } else {
          sums.set(i, sums.get(i).then(runs.get(i)));
        }
      }
    }
    return sums;
  }

  Map<String, List<Measurement>> byStep() {
    return byStep;
  }
}
