package dev.etcdbackup.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Some of the cells, the same for the same seed: one in so many of each job, and at least one. */
final class Share {
  private Share() {}

  static List<Cell> of(List<Cell> cells, int oneIn, long seed) {
    Map<String, List<Cell>> byJob = new LinkedHashMap<>();
    for (Cell cell : cells) {
      byJob.computeIfAbsent(cell.ground() + "/" + cell.job(), k -> new ArrayList<>()).add(cell);
    }
    Random random = new Random(seed);
    List<Cell> share = new ArrayList<>();
    for (List<Cell> job : byJob.values()) {
      Collections.shuffle(job, random);
      share.addAll(job.subList(0, (job.size() + oneIn - 1) / oneIn));
    }
    return share;
  }
}
