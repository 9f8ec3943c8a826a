package dev.etcdbackup.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a step of ours costs by itself, in each round.
 *
 * @param group the case this belongs to
 * @param title what is measured
 * @param unit of the figures
 * @param cost what of the cost, in that unit
 * @param step our step
 * @param without another step of the same round, whose cost is subtracted; null when there is none
 * @param bar what the figure may be at most; null when it is only reported
 */
record OwnCost(
    String group,
    String title,
    String unit,
    ToDoubleFunction<Measurement> cost,
    String step,
    @Nullable String without,
    @Nullable Double bar)
    implements Judgement {

  @Override
  public Verdict judge(Samples samples) {
    List<Measurement> runs = samples.of(List.of(step));
    List<Measurement> other = without == null ? List.of() : samples.of(List.of(without));
    List<Double> figures = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      double rest = without == null ? 0 : cost.applyAsDouble(other.get(i));
      figures.add(cost.applyAsDouble(runs.get(i)) - rest);
    }
    return Verdict.alone(group, title, unit, figures, bar);
  }
}
