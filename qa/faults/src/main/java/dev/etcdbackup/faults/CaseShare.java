package dev.etcdbackup.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Some of the cells, the same for the same seed: one in so many, and at least one, of each kind of
 * trouble on each ground, and where it is a script, of each job.
 */
final class CaseShare {
  private CaseShare() {}

  static List<Case> of(List<Case> cells, int oneIn, long seed) {
    Map<List<Object>, List<Case>> byKind = new LinkedHashMap<>();
    for (Case cell : cells) {
      byKind.computeIfAbsent(kind(cell), k -> new ArrayList<>()).add(cell);
    }
    Random random = new Random(seed);
    List<Case> share = new ArrayList<>();
    for (List<Case> kind : byKind.values()) {
      Collections.shuffle(kind, random);
      share.addAll(kind.subList(0, (kind.size() + oneIn - 1) / oneIn));
    }
    return share;
  }

  private static List<Object> kind(Case cell) {
    Object trouble = cell.trouble().get().getClass();
    return trouble == Scripted.class
        ? List.of(cell.ground(), trouble, cell.job())
        : List.of(cell.ground(), trouble);
  }
}
