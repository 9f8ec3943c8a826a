package dev.etcdbackup.kubernetes;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which objects of Kubernetes are the clusters of which project. Several layouts may see one
 * object; the first of them counts. Not thread-safe.
 */
final class ProjectClaims {
  private final Map<String, TreeMap<Integer, Candidate>> views =
      new LinkedHashMap<>(); // of each object, by layout
  private final Map<String, Map<String, Candidate>> claims =
      new TreeMap<>(); // of each project, by object

  /**
   * Records that a layout takes an object for a cluster, or no longer does.
   *
   * @return the projects of which something has changed
   */
  Set<String> see(String object, int layout, @Nullable Candidate candidate) {
    @Nullable Candidate before = first(object);
    TreeMap<Integer, Candidate> ofObject = views.computeIfAbsent(object, key -> new TreeMap<>());
    if (candidate == null) {
      ofObject.remove(layout);
    } else {
      ofObject.put(layout, candidate);
    }
    if (ofObject.isEmpty()) {
      views.remove(object);
    }
    @Nullable Candidate after = first(object);
    Set<String> affected = new LinkedHashSet<>();
    if (Objects.equals(before, after)) {
      return affected;
    }
    if (before != null) {
      String project = before.cluster().project();
      affected.add(project);
      withdraw(project, object);
    }
    if (after != null) {
      String project = after.cluster().project();
      affected.add(project);
      claims.computeIfAbsent(project, key -> new TreeMap<>()).put(object, after);
    }
    return affected;
  }

  private @Nullable Candidate first(String object) {
    @Nullable TreeMap<Integer, Candidate> ofObject = views.get(object);
    return ofObject == null ? null : ofObject.firstEntry().getValue();
  }

  private void withdraw(String project, String object) {
    @Nullable Map<String, Candidate> claimants = claims.get(project);
    if (claimants != null) {
      claimants.remove(object);
      if (claimants.isEmpty()) {
        claims.remove(project);
      }
    }
  }

  /** Returns the projects that have a cluster, in order. */
  List<String> projects() {
    return List.copyOf(claims.keySet());
  }

  /** Returns the clusters of a project, the oldest first, which it belongs to. */
  List<Candidate> of(String project) {
    return claims.getOrDefault(project, Map.of()).values().stream()
        .sorted(Candidate.OLDEST_FIRST)
        .toList();
  }
}
