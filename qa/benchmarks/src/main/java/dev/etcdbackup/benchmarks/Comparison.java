package dev.etcdbackup.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Us beside our peers: in each round the cost of our steps over that of a peer's, which are the
 * steps it takes one after the other. The peer is the one with the lowest median wall time.
 *
 * @param group the case this belongs to
 * @param title what is compared
 * @param cost what of the cost
 * @param ours our step
 * @param peers the peers' steps, at least one peer
 * @param bar what the ratio may be at most; null when it is only reported
 */
record Comparison(
    String group,
    String title,
    ToDoubleFunction<Measurement> cost,
    String ours,
    List<List<String>> peers,
    @Nullable Double bar)
    implements Judgement {

  @Override
  public Verdict judge(Samples samples) {
    List<String> peer =
        peers.stream()
            .min(Comparator.comparingDouble(steps -> medianSeconds(samples.of(steps))))
            .orElseThrow();
    List<Measurement> us = samples.of(List.of(ours));
    List<Measurement> them = samples.of(peer);
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < us.size(); i++) {
      ratios.add(cost.applyAsDouble(us.get(i)) / cost.applyAsDouble(them.get(i)));
    }
    return new Verdict(group, title, String.join(" + ", peer), "×", ratios, bar);
  }

  private static double medianSeconds(List<Measurement> runs) {
    return Spread.of(runs.stream().map(Measurement::seconds).toList()).median();
  }
}
