package dev.etcdbackup.kubernetes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Objects of Kubernetes by the group that each belongs to at the time. Not thread-safe. */
final class GroupedObjects<T> {
  private final Map<String, TreeMap<String, T>> groups = new HashMap<>();
  private final Map<String, String> groupOf = new HashMap<>();

  /**
   * Puts an object into a group, or changes it there. It is in no other group then.
   *
   * @return the groups that have changed, the one that it was in before first
   */
  List<String> put(String key, String group, T object) {
    List<String> changed = new ArrayList<>();
    if (!group.equals(groupOf.get(key))) {
      changed.addAll(remove(key));
    }
    groupOf.put(key, group);
    groups.computeIfAbsent(group, name -> new TreeMap<>()).put(key, object);
    changed.add(group);
    return changed;
  }

  /**
   * Removes an object from its group.
   *
   * @return the group; empty when the object was in none
   */
  List<String> remove(String key) {
    @Nullable String group = groupOf.remove(key);
    if (group == null) {
      return List.of();
    }
    groups.computeIfPresent(
        group,
        (name, members) -> {
          members.remove(key);
          return members.isEmpty() ? null : members;
        });
    return List.of(group);
  }

  /** Returns the objects of a group in the order of their keys, empty when there are none. */
  Collection<T> of(String group) {
    return List.copyOf(groups.getOrDefault(group, new TreeMap<>()).values());
  }
}
