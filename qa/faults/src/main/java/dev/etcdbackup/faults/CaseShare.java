package dev.etcdbackup.faults;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Some of the cases, the same for the same seed: one in so many, and at least one, of each kind of
 * trouble on each backend, and where it is a script, of each job.
 */
final class CaseShare {
  private CaseShare() {}

  static List<Case> of(List<Case> cases, int oneIn, long seed) {
    Map<List<Object>, List<Case>> byKind = new LinkedHashMap<>();
    for (Case testCase : cases) {
      byKind.computeIfAbsent(kind(testCase), k -> new ArrayList<>()).add(testCase);
    }
    Random random = new Random(seed);
    List<Case> share = new ArrayList<>();
    for (List<Case> kind : byKind.values()) {
      Collections.shuffle(kind, random);
      share.addAll(kind.subList(0, (kind.size() + oneIn - 1) / oneIn));
    }
    return share;
  }

  private static List<Object> kind(Case testCase) {
    Object trouble = testCase.trouble().get().getClass();
    return trouble == Scripted.class
        ? List.of(testCase.backend(), trouble, testCase.job())
        : List.of(testCase.backend(), trouble);
  }
}
